;; Malformed and repeated definitions.
(c-lisp
  (main)                                            ;; error: E0401 expected a definition
  (define-fast ((g int)) (ret 1))                   ;; error: E0402 unknown function attribute 'fast'
  (define (h int) (ret 1))                          ;; error: E0403 bad function prototype
  (define-struct s (a))                             ;; error: E0442 bad field (a)
  (define-global (a int) 5)                         ;; error: E0404 initialiser must be
  (define-global (b (ptr int)) (ptr-to z))          ;; error: E0405 must refer to an earlier global, not 'z'
  (define-global (c int) (const 1.5))               ;; error: E0441 1.5 is no constant of type int
  (define-global (c int))                           ;; error: E0440 global 'c' is defined twice
  (define ((f int)) (ret 1))
  (define ((f int)) (ret 2)))                       ;; error: E0440 function 'f' is defined twice

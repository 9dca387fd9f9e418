;; Malformed cuda-lisp items and kernel forms.
(cuda-lisp
  (define-shared tile 32)                           ;; error: E0501 bad define-shared
  (define-kernel ((a int)) ())                      ;; error: E0502 kernel 'a' must return void, not int
  (define-kernel ((b void)))                        ;; error: E0500 a kernel needs a body
  (define-kernel ((c void) (p (ptr int)))
    (declare-global q int)                          ;; error: E0503 declare-global needs a pointer type
    (declare-global r (ptr int (addrspace 1)))      ;; error: E0505 already names an address space
    (store p [tid.w])))                             ;; error: E0504 unknown form [tid.w]

;; Type errors of operations, assignments and results.
(c-lisp
  (define-global (g int))
  (define ((f int) (i int) (l int64) (x float) (c bool) (p (ptr int)))
    (set i (add i l))                               ;; error: E0421 must have one type, found int and int64
    (set i (add x x))                               ;; error: E0420 the operands of add must be integers, found float
    (set x (fmul 1 2))                              ;; error: E0420 must be floating-point numbers, found int
    (set c (and i c))                               ;; error: E0420 must be bool, found int
    (set c (eq p p))                                ;; error: E0420 found (ptr int)
    (set i x)                                       ;; error: E0438 'i' is int, cannot be set to float
    (set g l)                                       ;; error: E0438 global 'g' is int
    (if i ())                                       ;; error: E0436 the condition must be bool, found int
    (while p ())                                    ;; error: E0436 the condition must be bool
    (set i (select i 1 2))                          ;; error: E0432 the condition of select must be bool
    (set i (select c 1 2.0))                        ;; error: E0432 found int and float
    (ret l))                                        ;; error: E0437 the function returns int, found a value of type int64
  (define ((v void))
    (ret 1)))                                       ;; error: E0437 a void function returns no value

;; Malformed statements.
(c-lisp
  (define ((f int) (c bool) (x int))
    (while c)                                       ;; error: E0406 bad while statement
    (while c x)                                     ;; error: E0406 bad while statement
    (for ((set x 0) c (set x 1)))                   ;; error: E0407 bad for statement
    (for ((set x 0) c) ())                          ;; error: E0407 bad for statement
    (for ((declare i int) c (set x 1)) ())          ;; error: E0407 found a declare statement
    (if c)                                          ;; error: E0408 bad if statement
    (if c () () ())                                 ;; error: E0408 bad if statement
    (declare y)                                     ;; error: E0409 bad declare statement
    (declare x int)                                 ;; error: E0410 re-declaration of variable 'x'
    (ret 1 2)                                       ;; error: E0411 at most one value
    (set x)                                         ;; error: E0413 bad set expression
    (set 5 x)                                       ;; error: E0413 bad set expression
    17                                              ;; error: E0412 the literal 17 is not a statement
    (ret 0)))

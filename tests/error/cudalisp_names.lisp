;; A kernel that names a shared array that does not exist, and declares its argument again.
(cuda-lisp
  (define-kernel ((k void) (n int))
    (declare n int)                                 ;; error: E0410 re-declaration of variable 'n'
    (store (aptradd tile [tid.x]) 1.0)))            ;; error: E0414 undeclared variable 'tile'

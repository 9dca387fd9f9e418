;; Forms of several languages in one module call each other, in any order, and share globals.
(module
  (c-lisp
    (define ((print int) (n int)))
    (define-struct pair (a int) (b int))
    (define-global (shared int) (const 5))
    (define ((main int))
      (declare p (struct pair))
      (call print (call twice 21))
      (call bump)
      (call print shared)
      (set p (insertvalue p 1 0))
      (set p (insertvalue p 2 1))
      (call print (call sum p))
      (call print (call last 3))
      (ret 0)))
  (brilisp
    (define ((twice int) (n int))
      (set (m int) (mul n 2))
      (ret m))
    (define ((bump void))
      (set (s int) (load shared))
      (set (s int) (add s 1))
      (store shared s)
      (ret))
    (define ((sum int) (p (struct pair)))
      (set (a int) (extractvalue p 0))
      (set (b int) (extractvalue p 1))
      (set (c int) (add a b))
      (ret c)))
  (c-lisp
    (define ((last int) (n int)) (ret (call twice (add n shared))))))
;; expect
;; 42
;; 6
;; 3
;; 18

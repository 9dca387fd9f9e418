;; A local variable is read when the operation around it executes; compound operands and globals
;; are read where they are met.
(c-lisp
  (define ((print int) (n int)))
  (define-global (g int) (const 1))
  (define ((sub3 int) (a int) (b int) (c int)) (ret (sub (sub a b) c)))
  (define ((main int))
    (declare x int)
    (declare y int)
    (declare p (ptr int))
    (set x 1)
    (call print (add x (set x 5)))
    (set x 1)
    (call print (add (add x 0) (set x 5)))
    (call print (add g (set g 5)))
    (set x 10)
    (call print (call sub3 x (set x 3) x))
    (set x 1)
    (set y 2)
    (call print (add (set x y) (set y 40)))
    (call print (add (mul x 100) y))
    (set p (alloc int 4))
    (store p 7)
    (store (ptradd p 1) 8)
    (call print (load (ptradd p (select (eq (load (set p (ptradd p 1))) 8) 0 1))))
    (store (set p (ptradd p 1)) 9)
    (call print (load p))
    (set x 2)
    (call print (select (lt x 5) x (set x 6)))
    (ret 0)))
;; expect
;; 10
;; 6
;; 6
;; -3
;; 42
;; 240
;; 8
;; 9
;; 6

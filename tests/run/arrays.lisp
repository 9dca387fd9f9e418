;; Array variables: element access, copies by value, arrays of structs, global tables.
(c-lisp
  (define ((print int) (n int)))
  (define-struct point (x int) (y int))
  (define-global (table (arr 5 int)) (const (10 20 30 40 50)))
  (define-global (grid (arr 3 (arr 2 int))) (const ((1 2) (3 4) (5 6))))
  (define-global (points (arr 2 (struct point))) (const ((1 2) (3 4))))
  (define ((sum int) (p (ptr int)) (n int))
    (declare i int)
    (declare s int)
    (set s 0)
    (for ((set i 0) (lt i n) (set i (add i 1)))
      (set s (add s (load (ptradd p i)))))
    (ret s))
  (define ((total int) (a (arr 4 int)))
    (store (aptradd a 0) 1000)
    (ret (call sum (aptradd a 0) 4)))
  (define ((row int) (r (arr 2 int)))
    (ret (add (mul (load (aptradd r 0)) 10) (load (aptradd r 1)))))
  (define ((main int))
    (declare a (arr 4 int))
    (declare b (arr 4 int))
    (declare ps (arr 3 (struct point)))
    (declare i int)
    (for ((set i 0) (lt i 4) (set i (add i 1)))
      (store (aptradd a i) (add i 1)))
    (set b a)
    (store (aptradd b 2) 30)
    (call print (call sum (aptradd a 0) 4))
    (call print (call sum (aptradd b 0) 4))
    (call print (call total b))
    (call print (load (aptradd b 0)))
    (call print (call sum (aptradd table 1) 3))
    (store (aptradd table 1) 21)
    (set i 4)
    (call print (add (load (aptradd table 1)) (load (aptradd table i))))
    (call print (call row (load (aptradd grid 2))))
    (for ((set i 0) (lt i 3) (set i (add i 1)))
      (store (sptradd (aptradd ps i) x) i)
      (store (sptradd (aptradd ps i) y) (mul i 10)))
    (call print (add (load (sptradd (aptradd ps 2) x)) (load (sptradd (aptradd ps 1) y))))
    (call print (load (sptradd (aptradd points 1) y)))
    (ret 0)))
;; expect
;; 10
;; 37
;; 1036
;; 1
;; 90
;; 71
;; 56
;; 12
;; 4

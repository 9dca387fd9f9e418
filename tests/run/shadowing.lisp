;; Scopes: inner variables hide outer ones, arguments and globals; names of operations are free.
(c-lisp
  (define ((print int) (n int)))
  (define ((fprint float) (x float)))
  (define-global (x int) (const 100))
  (define ((add int) (a int) (b int)) (ret (sub a b)))
  (define ((global int)) (ret x))
  (define ((hide int) (x int))
    ((declare x int)
     (set x 50)
     ((declare x float)
      (set x 1.5)
      (call fprint x))
     (call print x))
    (set x (add x 1))
    (ret x))
  (define ((main int))
    (declare x int)
    (declare declare int)
    (declare null int)
    (declare %1 int)
    (declare i int)
    (set x 7)
    (set declare 8)
    (set null 9)
    (set %1 10)
    (call print x)
    (call print (call global))
    (call print (call hide 20))
    (call print (add (call add 5 3) declare))
    (call print (add (mul null 2) %1))
    (for ((set i 0) (lt i 2) (set i (add i 1)))
      (declare x int)
      (set x (add i 1000))
      (call print x))
    (if #t (declare y int))
    (set y 11)
    (call print (add x y))
    (ret 0)))
;; expect
;; 7
;; 100
;; 1.500000
;; 50
;; 21
;; 10
;; 28
;; 1000
;; 1001
;; 18

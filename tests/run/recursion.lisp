;; Recursion: direct, mutual through a declaration, and deep.
;; run: 10
(c-lisp
  (define ((print int) (n int)))
  (define ((atoi int) (s (ptr int8))))
  (define ((odd bool) (n int)))
  (define ((even bool) (n int))
    (if (eq n 0) (ret #t))
    (ret (call odd (sub n 1))))
  (define ((odd bool) (n int))
    (if (eq n 0) (ret #f))
    (ret (call even (sub n 1))))
  (define ((fib int) (n int))
    (if (lt n 2) (ret n))
    (ret (add (call fib (sub n 1)) (call fib (sub n 2)))))
  (define ((ackermann int) (m int) (n int))
    (if (eq m 0) (ret (add n 1)))
    (if (eq n 0) (ret (call ackermann (sub m 1) 1)))
    (ret (call ackermann (sub m 1) (call ackermann m (sub n 1)))))
  (define ((gcd int) (a int) (b int))
    (if (eq b 0) (ret a) (ret (call gcd b (rem a b)))))
  (define ((depth int) (n int))
    (if (eq n 0) (ret 0))
    (ret (add 1 (call depth (sub n 1)))))
  (define ((main int) (argc int) (argv (ptr (ptr int8))))
    (declare n int)
    (set n (call atoi (load (ptradd argv 1))))
    (call print (call fib n))
    (call print (call ackermann 2 3))
    (call print (call gcd 1071 462))
    (call print (select (call even n) 1 0))
    (call print (select (call odd n) 1 0))
    (call print (call depth 2000))
    (ret 0)))
;; expect
;; 55
;; 9
;; 21
;; 1
;; 0
;; 2000

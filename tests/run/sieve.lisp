;; The sieve of Eratosthenes in a byte array that is far too large for registers.
(c-lisp
  (define ((print int) (n int)))
  (define ((malloc (ptr int8)) (n int)))
  (define ((memset (ptr int8)) (p (ptr int8)) (c int) (n int64)))
  (define ((main int))
    (declare n int)
    (declare i int)
    (declare j int)
    (declare count int)
    (declare composite (ptr int8))
    (set n 20000)
    (set composite (call malloc n))
    (call memset composite 0 (sext n int64))
    (set count 0)
    (for ((set i 2) (lt i n) (set i (add i 1)))
      (if (eq (load (ptradd composite i)) (trunc 0 int8))
        ((set count (add count 1))
         (for ((set j (add i i)) (lt j n) (set j (add j i)))
           (store (ptradd composite j) (trunc 1 int8))))))
    (call print count)
    (ret 0)))
;; expect
;; 2262

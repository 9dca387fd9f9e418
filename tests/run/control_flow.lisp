;; if, while and for, nested in each other, with early returns and empty statements.
(c-lisp
  (define ((print int) (n int)))
  (define ((sign int) (n int))
    (if (lt n 0) (ret -1))
    (if (eq n 0) (ret 0) (ret 1)))
  (define ((collatz int) (n int))
    (declare steps int)
    (set steps 0)
    (while (ne n 1)
      (if (eq (rem n 2) 0)
        (set n (div n 2))
        (set n (add (mul n 3) 1)))
      (set steps (add steps 1)))
    (ret steps))
  (define ((primes int) (limit int))
    (declare found int)
    (declare n int)
    (declare d int)
    (declare prime bool)
    (set found 0)
    (for ((set n 2) (le n limit) (set n (add n 1)))
      (set prime #t)
      (for ((set d 2) (le (mul d d) n) (set d (add d 1)))
        (if (eq (rem n d) 0) (set prime #f)))
      (if prime (set found (add found 1))))
    (ret found))
  (define ((first-square-above int) (n int))
    (declare i int)
    (for ((set i 0) #t (set i (add i 1)))
      (if (gt (mul i i) n) (ret i)))
    (ret -1))
  (define ((nothing void)) () 0 #f 0.0)
  (define ((main int))
    (declare i int)
    (call print (call sign -9))
    (call print (call sign 0))
    (call print (call sign 9))
    (call print (call collatz 27))
    (call print (call primes 100))
    (call print (call first-square-above 99))
    (call nothing)
    (while #f (call print -1))
    (set i 5)
    (while (gt (set i (sub i 1)) 0) ())
    (call print i)
    (if (eq i 0)
      ((call print 100) (call print 101))
      ((call print 200) (call print 201)))
    (if (eq i 1) () (call print 300))
    (ret 0)
    (call print 400)))
;; expect
;; -1
;; 0
;; 1
;; 111
;; 25
;; 10
;; 0
;; 100
;; 101
;; 300

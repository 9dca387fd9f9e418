;; Comparisons are signed at every width.
(c-lisp
  (define ((print int) (n int)))
  (define ((bit int) (b bool) (rest int)) (ret (add (mul rest 2) (select b 1 0))))
  (define ((all int) (a int64) (b int64))
    (declare r int)
    (set r (call bit (eq a b) 1))
    (set r (call bit (ne a b) r))
    (set r (call bit (lt a b) r))
    (set r (call bit (gt a b) r))
    (set r (call bit (le a b) r))
    (ret (call bit (ge a b) r)))
  (define ((narrow int) (a int8) (b int8))
    (declare r int)
    (set r (call bit (lt a b) 1))
    (set r (call bit (ge a b) r))
    (ret (call bit (eq a b) r)))
  (define ((main int))
    (call print (call all (sext 1 int64) (sext 2 int64)))
    (call print (call all (sext 2 int64) (sext 1 int64)))
    (call print (call all (sext -1 int64) (sext 0 int64)))
    (call print (call all (sext -5 int64) (sext -5 int64)))
    (call print (call narrow (trunc 128 int8) (trunc 127 int8)))
    (call print (call narrow (trunc 256 int8) (trunc 0 int8)))
    (call print (select (lt -2147483648 2147483647) 1 0))
    (ret 0)))
;; expect
;; 90
;; 85
;; 90
;; 99
;; 12
;; 11
;; 1

;; Division by zero stops a host program with status 1; what was printed before stays.
;; run: => 1
(c-lisp
  (define ((print int) (n int)))
  (define ((quotient int) (a int) (b int)) (ret (div a b)))
  (define ((main int))
    (call print (call quotient 7 2))
    (call print (call quotient 7 0))
    (ret 0)))
;; expect
;; 3

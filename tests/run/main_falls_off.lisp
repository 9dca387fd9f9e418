;; A main that ends without ret succeeds.
(c-lisp
  (define ((print int) (n int)))
  (define ((main int))
    (call print 1)))
;; expect
;; 1

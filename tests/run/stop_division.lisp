;; Division by zero stops a host program; what it printed before is not lost.
;; run: => 1
(c-lisp (define ((atoi int) (s (ptr int8)))) (define ((print int) (n int)))
 (define ((main int) (argc int) (argv (ptr (ptr int8))))
  (call print 7)
  (ret (div 10 (sub argc 1)))))
;; expect
;; 7

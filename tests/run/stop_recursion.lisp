;; Endless recursion ends with a message and status 1, not with a signal.
;; run: => 1
(c-lisp (define ((f int) (n int)) (ret (add 1 (call f n)))) (define ((main int)) (ret (call f 1))))

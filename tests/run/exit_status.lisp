;; The result of main is the exit status, modulo 256.
;; run: => 44
(c-lisp
  (define ((main int)) (ret 300)))

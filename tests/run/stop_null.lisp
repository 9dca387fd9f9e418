;; A load through null ends with a message and status 1, not with a signal.
;; run: => 1
(c-lisp (define ((main int)) (declare p (ptr int)) (set p (inttoptr 0 (ptr int))) (ret (load p))))

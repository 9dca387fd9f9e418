;; A C function reached from a kernel is an error at the call.
(brilisp
  (define ((helper void))
    (set (u void) (call print 1)) ;; error: E0605 print
    (ret))
  (define-kernel ((k void))
    (set (u void) (call helper))
    (ret)))

;; A launch beyond the limits of the device ends the program with status 1.
;; run: => 1
(module
  (cuda-lisp (define-kernel ((k void) (p (ptr int)) (n int)) (store (ptradd p [tid.x]) (div 100 n))))
  (c-lisp (define ((main int))
    (declare p (ptr int (addrspace 1)))
    (set p (device-alloc int 4))
    (launch (k 1 2000) p 0)
    (device-sync)
    (ret 0))))

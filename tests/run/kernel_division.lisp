;; Division by zero never stops a kernel.
(module
  (cuda-lisp (define-kernel ((k void) (p (ptr int)) (n int)) (store (ptradd p [tid.x]) (div 100 n))))
  (c-lisp (define ((main int))
    (declare p (ptr int (addrspace 1)))
    (set p (device-alloc int 4))
    (launch (k 1 4) p 0)
    (device-sync)
    (ret 0))))

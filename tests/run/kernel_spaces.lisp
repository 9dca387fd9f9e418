;; Pointers of several address spaces in one variable: the space of the assigned pointer counts.
(module
  (cuda-lisp
    (define-shared tile [32 float])
    (define-kernel ((shift void) (in (ptr float (addrspace 1))) (out (ptr float)))
      (declare p (ptr float))
      (declare-global q (ptr float))
      (declare t (ptr float))
      (set p (ptradd in [tid.x]))
      (set q (ptradd out [tid.x]))
      (set t (aptradd tile [tid.x]))
      (store t (load p))
      (__syncthreads)
      (set t (aptradd tile (rem (add [tid.x] 1) 32)))
      (store q (load t))
      (set q (ptradd q 32))
      (set p (ptradd p 32))
      (store q (fneg (load p)))))
  (c-lisp
    (define ((main int))
      (declare h (ptr float))
      (declare in (ptr float (addrspace 1)))
      (declare out (ptr float (addrspace 1)))
      (declare i int)
      (set h (alloc float 64))
      (for ((set i 0) (lt i 64) (set i (add i 1))) (store (ptradd h i) (sitofp i float)))
      (set in (device-alloc float 64))
      (set out (device-alloc float 64))
      (copy-to-device in h 64)
      (launch (shift 1 32) in out)
      (copy-from-device h out 64)
      (call fprint (load h))
      (call fprint (load (ptradd h 31)))
      (call fprint (load (ptradd h 32)))
      (call fprint (load (ptradd h 63)))
      (ret 0))))
;; expect
;; 1.000000
;; 0.000000
;; -32.000000
;; -63.000000

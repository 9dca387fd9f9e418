;; Integer arithmetic in kernels is the host's: wrapping, shifts, division, narrow types.
(module
  (c-lisp
    (define ((mix int) (a int) (b int))
      (declare r int)
      (set r (add (mul a 1103515245) b))
      (set r (xor r (lshr r 13)))
      (set r (add r (div a b)))
      (set r (xor r (shl (rem a b) 7)))
      (set r (add r (udiv a b)))
      (set r (sub r (ashr (mul a b) 3)))
      (set r (add r (sext (trunc a int8) int)))
      (set r (xor r (zext (trunc (mul a 77) int16) int)))
      (ret (add r (trunc (ashr (mul (sext a int64) (sext b int64)) (sext 20 int64)) int)))))
  (cuda-lisp
    (define-kernel ((mixed void) (out (ptr int)) (k int))
      (declare i int)
      (set i (add [tid.x] (mul [bid.x] [bdim.x])))
      (store (ptradd out i) (call mix (mul (sub i 100) 7654321) (add (mul i k) 1)))))
  (c-lisp
    (define ((main int))
      (declare h (ptr int))
      (declare d (ptr int (addrspace 1)))
      (declare i int)
      (declare wrong int)
      (set h (alloc int 256))
      (set d (device-alloc int 256))
      (launch (mixed 4 64) d 37)
      (copy-from-device h d 256)
      (set wrong 0)
      (for ((set i 0) (lt i 256) (set i (add i 1)))
        (if (ne (load (ptradd h i)) (call mix (mul (sub i 100) 7654321) (add (mul i 37) 1)))
          (set wrong (add wrong 1))))
      (call print wrong)
      (ret 0))))
;; expect
;; 0

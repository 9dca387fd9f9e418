;; c = a + b on the device, checked against the host.
;;   llamac run examples/vector_add.lisp [N]
(module
  (cuda-lisp
    (define-kernel ((vector-add void) (n int) (a (ptr float)) (b (ptr float)) (c (ptr float)))
      (declare i int)
      (set i (add [tid.x] (mul [bid.x] [bdim.x])))
      (if (lt i n)
        (store (ptradd c i) (fadd (load (ptradd a i)) (load (ptradd b i)))))))

  (c-lisp
    (define ((printf int) (format (ptr int8)) (n int) (wrong int) (checksum int64)))
    (define ((atoi int) (text (ptr int8))))
    (define ((malloc (ptr int8)) (bytes int64)))

    (define-global (fnv-basis int64) (const -3750763034362895579))
    (define-global (fnv-prime int64) (const 1099511628211))

    ;; FNV-1a over the bit patterns of n floats: equal results have equal checksums.
    (define ((checksum int64) (p (ptr float)) (n int))
      (declare hash int64)
      (declare i int)
      (set hash fnv-basis)
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (set hash (mul (xor hash (zext (bitcast (load (ptradd p i)) int) int64)) fnv-prime)))
      (ret hash))

    (define ((floats (ptr float)) (n int))
      (ret (bitcast (call malloc (mul (sext n int64) (sext 4 int64))) (ptr float))))

    (define ((main int) (argc int) (argv (ptr (ptr int8))))
      (declare n int)
      (declare i int)
      (declare wrong int)
      (declare a (ptr float))
      (declare b (ptr float))
      (declare c (ptr float))
      (declare device-a (ptr float (addrspace 1)))
      (declare device-b (ptr float (addrspace 1)))
      (declare device-c (ptr float (addrspace 1)))

      (set n 10000)
      (if (gt argc 1) (set n (call atoi (load (ptradd argv 1)))))
      (set a (call floats n))
      (set b (call floats n))
      (set c (call floats n))
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (store (ptradd a i) (fmul (sitofp i float) 0.5))
        (store (ptradd b i) (fdiv 1.0 (sitofp (add i 1) float))))

      (set device-a (device-alloc float n))
      (set device-b (device-alloc float n))
      (set device-c (device-alloc float n))
      (copy-to-device device-a a n)
      (copy-to-device device-b b n)
      (launch (vector-add (div (add n 255) 256) 256) n device-a device-b device-c)
      (copy-from-device c device-c n)

      (set wrong 0)
      (for ((set i 0) (lt i n) (set i (add i 1)))
        (if (not (feq (load (ptradd c i)) (fadd (load (ptradd a i)) (load (ptradd b i)))))
          (set wrong (add wrong 1))))
      (call printf "vector_add n=%d wrong=%d checksum=%016lx\n" n wrong (call checksum c n))
      (ret (select (eq wrong 0) 0 1)))))

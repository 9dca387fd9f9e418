;; Conversions in the wrong direction or between the wrong kinds.
(c-lisp
  (define ((f void) (i int) (l int64) (x float) (d double) (c bool) (p (ptr int)))
    (sext l int)                                    ;; error: E0430 sext cannot go from int64 to int
    (trunc i int64)                                 ;; error: E0430 trunc cannot go from int to int64
    (fpext d float)                                 ;; error: E0430 fpext cannot go from double to float
    (fptrunc x double)                              ;; error: E0430 fptrunc cannot go from float to double
    (sitofp c float)                                ;; error: E0430 sitofp converts integers, found bool
    (fptosi i int)                                  ;; error: E0430 fptosi converts floating-point numbers, found int
    (inttoptr l int)                                ;; error: E0430 inttoptr produces pointers, not int
    (bitcast x int64)                               ;; error: E0430 types of one size
    (bitcast p (ptr int (addrspace 1)))             ;; error: E0430 bitcast keeps the address space
    (sext i)                                        ;; error: E0430 expected a value and a type
    (sext i integer)))                              ;; error: E0301 'integer' is not a type

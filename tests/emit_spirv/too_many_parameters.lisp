;; A kernel's arguments are push constants, which have 128 bytes.
;; test: build --target spirv -o /dev/null
(brilisp (ir-version "1.0")
  (define ((k void) (a int) (b int) (c int) (d int) (e int) (f int) (g int) (h int)   ;; error: E0761 kernel k has 17 parameters
                    (i int) (j int) (l int) (m int) (n int) (o int) (p int) (q int) (r int))
    (attributes kernel device)
    (ret)))

;; SPIR-V has no way to enter a loop in two places.
;; test: build --target spirv -O0 -o /dev/null
(brilisp (ir-version "1.0")
  (define ((k void) (out (ptr (addrspace 1)))) (attributes kernel device)
    (set (v int) (load out))
    (set (c bool) (gt v 0))
    (br c a b)
    (label a)
    (store out 1)
    (jmp b)                                         ;; error: E0760 kernel k has a loop that is entered in two places
    (label b)
    (set (w int) (load out))
    (set (d bool) (gt w 7))
    (br d a done)
    (label done)
    (ret)))

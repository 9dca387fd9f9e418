;; Inline assembly is recognised and refused.
(c-lisp
  (define ((main int))
    (asm void "nop" "")                             ;; error: E0434 inline assembly is not supported yet
    (ret 0)))

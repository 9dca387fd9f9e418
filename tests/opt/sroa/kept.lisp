;; test: opt --passes sroa
;; An array with a variable index and a struct whose address escapes stay whole.
(brilisp (ir-version "1.0")
  (define-struct pair (int8 int))
  (define ((use void) (p ptr)) (attributes external))
  (define ((f int) (i int))
    (set (a ptr) (slot (arr 4 int)))
    (set (s ptr) (slot (struct pair)))
    (set (q ptr) (ptradd a i 4 0))
    (store q 1)
    (call use s)
    (set (r int) (load a))
    (ret r)))

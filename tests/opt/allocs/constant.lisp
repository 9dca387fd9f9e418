;; test: opt --passes allocs
;; Only in the entry block and with a known count.
(brilisp (ir-version "1.0")
  (define ((f void) (n int))
    (set (a ptr) (alloc int 4))
    (set (b ptr) (alloc double 1))
    (set (c ptr) (alloc int n))
    (set (d ptr) (alloc int 0))
    (jmp on)
    (label on)
    (set (e ptr) (alloc int 4))
    (ret)))

;; expect
;; (brilisp (ir-version "1.0")
;;   (define ((f void) (n int))
;;     (set (a ptr) (slot (arr 4 int)))
;;     (set (b ptr) (slot double))
;;     (set (c ptr) (alloc int n))
;;     (set (d ptr) (alloc int 0))
;;     (jmp on)
;;     (label on)
;;     (set (e ptr) (alloc int 4))
;;     (ret)))

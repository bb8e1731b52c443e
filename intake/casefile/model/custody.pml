/* Custody of one case among N centers, with a third receiver,
 * several seizures, restore from an old backup, the old machine coming back to life, a stale
 * Register, and a network that keeps every copy for ever (a USB stick included).
 *
 * It is the model of package casefile: what may be written is Build, what is done with a log that
 * comes in is Step. check.sh runs it. The names in the code:
 *   append              Build and Apply            HOLDS, OFFERED   State.Next, mayAppend, checkFresh
 *   SEIZES, GRANTED     checkSeized, cabinet's cut UNFENCED         checkFresh: EpochBehind (rule 6)
 *   BETTER              Step: the last epoch wins  e <= know[m]     Step: Parked until the Register has come
 *   inc[], toinc[]      Party.Incarnation          out[]            what the exchange or a USB stick may bring
 * A seizer puts `seized` on any part of the log that it has. The code is stricter (the Register names
 * the base, and nothing else will do), so whatever the code can do the model can do too.
 *
 * By hand:  spin -a custody.pml && gcc -O2 -DSAFETY -DCOLLAPSE -DMEMLIM=6000 -o pan pan.c && ./pan -E -m1000000   (-E: a pick that leads nowhere is not a deadlock)
 * N, E and M grow by -DN=4 -DE=3 ... (then it no longer ends within minutes).
 * Mutants:  spin -DTAKEBACK -a custody.pml ... ; each of these must fail:
 *   TAKEBACK    the sender takes an unanswered hand-over back on a time-out
 *   RESUME      a restored node goes on with cases that its old incarnation held
 *   REANSWER    a restored node answers a hand-over that was addressed to its old incarnation
 *   REGRANT     a grant names a center only, so a restored seizer can use it a second time
 *   SILENT      a rolled-back or cloned node keeps its incarnation
 *   FORKPOINT   (with -DE=3 -DM=4) a fork is decided by the epochs at the fork, not by the last epochs
 *   BYCENTER    a seizure names the lost center, not the cases: it does not fence who got one from it
 *   NOFENCE     a node that knows a higher epoch writes on (rule 6 dropped)
 *   RECUT       a seizer cuts its own seized log back to the base and uses its grant a second time
 * Witness:  -DWITNESS must fail too: it shows the window that no rule closes (a center that the
 *   news has not reached works on a branch that is already superseded).
 *
 * How a log is represented. Within one epoch there may be only one chain: that is what is checked.
 * So an event is named by (epoch, position), its content is kept once in hist[], and the log of a
 * center is just (ep, n): the last epoch and the length. base[e] is the position of `seized` at
 * epoch e, par[e] the epoch of the log that it was put on. A second append at one (epoch, position),
 * or a second start of one epoch, is a fork that nobody could decide: assertion.
 */
#ifndef N
#define N 3                 /* centers: 0 opened the case, all may receive it, all may seize it */
#endif
#ifndef E
#define E 2                 /* epochs 0 .. E-1 */
#endif
#ifndef M
#define M 6                 /* longest log */
#endif
#define S (N + 1)           /* machines: one for each center, and one old machine that comes back */

/* An event is one byte: written, pending?, holder, its incarnation, sender, its incarnation.
 * The fold of a log is its last event: held by (center, incarnation), or offered to it. */
#define HELD(c, i)          (128 + (c)*16 + (i)*8)
#define OFFER(c, i, f, fi)  (192 + (c)*16 + (i)*8 + (f)*2 + (fi))
#define PENDING(v)  (((v) / 64) % 2)
#define CENTER(v)   (((v) / 16) % 4)
#define INCARN(v)   (((v) / 8) % 2)
#define SENDER(v)   (((v) / 2) % 4)
#define SENDINC(v)  ((v) % 2)

byte hist[E * M];           /* every event ever written, by epoch and position */
byte base[E]; byte par[E];  /* where an epoch starts, and on what */
bool begun[E];
byte out[E];                /* what of each epoch survives somewhere, on a disk or on the road: deliverable for ever */

byte reg = 0;               /* the Register: the last epoch granted for this case */
byte to[E]; bit toinc[E];   /* to whom */
#ifdef BYCENTER
byte lost[E];               /* the center that was declared lost */
#endif

byte id[S]; bit inc[S]; bool on[S];   /* on: this machine has been named and runs */
byte ep[S]; byte n[S];      /* the log that this machine has */
byte know[S];               /* how much of the Register this machine has */
bool restored = false;      /* one restore for each run */
byte used = 1;              /* centers named so far: they are named in order (symmetry) */

byte s; byte t; byte k; byte l; byte v; byte c1; byte c2;   /* scratch: zero between steps */

#define LAST(m)   hist[ep[m]*M + n[m] - 1]
#define NAMED(m)  (CENTER(LAST(m)) == id[m])

#ifdef RESUME
#define MINE_HELD(m) (NAMED(m))
#else
#define MINE_HELD(m) (NAMED(m) && INCARN(LAST(m)) == inc[m])
#endif
#ifdef REANSWER
#define MINE_OFFER(m) (NAMED(m))
#else
#define MINE_OFFER(m) (NAMED(m) && INCARN(LAST(m)) == inc[m])
#endif

#ifdef NOFENCE
#define UNFENCED(m) (true)
#else
#ifdef BYCENTER
#define UNFENCED(m) (know[m] == ep[m] || CENTER(LAST(m)) != lost[know[m]])
#else
#define UNFENCED(m) (know[m] == ep[m])
#endif
#endif

#define HOLDS(m)   (on[m] && n[m] > 0 && !PENDING(LAST(m)) && MINE_HELD(m)  && UNFENCED(m))
#define OFFERED(m) (on[m] && n[m] > 0 &&  PENDING(LAST(m)) && MINE_OFFER(m) && UNFENCED(m))

#ifdef REGRANT
#define GRANTED(m) (to[know[m]] == id[m])
#else
#define GRANTED(m) (to[know[m]] == id[m] && toinc[know[m]] == inc[m])
#endif
#ifdef RECUT
#define NEWER(m)   (know[m] >= ep[m] && know[m] > 0)
#else
#define NEWER(m)   (know[m] > ep[m])
#endif
#define SEIZES(m)  (on[m] && n[m] > 0 && NEWER(m) && GRANTED(m))

inline append(m, event) {
  assert(hist[ep[m]*M + n[m]] == 0);             /* I1: one chain for each epoch */
#ifdef WITNESS
  assert(!(ep[m] < reg && begun[reg]));          /* must fail: superseded work is possible */
#endif
  hist[ep[m]*M + n[m]] = event;
  n[m] = n[m] + 1; out[ep[m]] = n[m]
}

inline clear() { s = 0; t = 0; k = 0; l = 0; v = 0; c1 = 0; c2 = 0 }

/* I2: at each epoch at most one machine may write.
 * I3: among those who have the whole Register at most one may write. */
inline check() {
  c1 = 0;
  do
  :: c1 < S ->
     if
     :: HOLDS(c1) || OFFERED(c1) ->
        c2 = c1 + 1;
        do
        :: c2 < S ->
           assert(!((HOLDS(c2) || OFFERED(c2)) && ep[c1] == ep[c2]));
           assert(!((HOLDS(c2) || OFFERED(c2)) && know[c1] == reg && know[c2] == reg));
           c2++
        :: else -> break
        od
     :: else -> skip
     fi;
     c1++
  :: else -> break
  od;
  clear()
}

/* Pick a machine for which G holds; an action that nobody can take is not enabled. */
#if N == 3
#define PICK(G) if :: G(0) -> s = 0 :: G(1) -> s = 1 :: G(2) -> s = 2 :: G(N) -> s = N fi
#else
#define PICK(G) if :: G(0) -> s = 0 :: G(1) -> s = 1 :: G(2) -> s = 2 :: G(3) -> s = 3 :: G(N) -> s = N fi
#endif
#define ROOM(m)     (n[m] < M)
#define OFFERS(m)   (HOLDS(m) && ROOM(m))
#define ANSWERS(m)  (OFFERED(m) && ROOM(m))
#define LEARNS(m)   (on[m] && know[m] < reg)
#define RESTORES(m) (m < N && on[m] && n[m] > 0)
#define TAKES(m)    (on[m] && n[m] > 0 && ROOM(m) && PENDING(LAST(m)) && SENDER(LAST(m)) == id[m] && SENDINC(LAST(m)) == inc[m] && UNFENCED(m))
inline center() { if :: t = 0 :: used >= 1 -> t = 1 :: used >= 2 -> t = 2 :: used >= 3 && N > 3 -> t = 3 fi }
inline named()  { if :: t == used -> used++; on[t] = true :: else -> skip fi }
inline cut(m)   { n[m] = l; do :: ep[m] > 0 && l <= base[ep[m]] -> ep[m] = par[ep[m]] :: else -> break od }
inline upto(limit) { l = 0; do :: l < (limit) -> l++ :: break od }

#ifdef FORKPOINT  /* only epochs 1 and 2 can fork so that the two readings differ */
#define ODD(a, b) (((a == 1 && b == 2) || (a == 2 && b == 1)) && begun[1] && begun[2] && par[2] == 0 && base[1] < base[2])
#define BETTER(e, len, m) ((!ODD(e, ep[m]) && (e > ep[m] || (e == ep[m] && (len) > n[m]))) || (ODD(e, ep[m]) && e == 1))
#else
#define BETTER(e, len, m) (e > ep[m] || (e == ep[m] && (len) > n[m]))
#endif
/* not before the Register that vouches for its epoch */
#define NEWS(e, m)  (on[m] && begun[e] && e <= know[m] && BETTER(e, out[e], m))
#define NEWS0(m) NEWS(0, m)
#define NEWS1(m) NEWS(1, m)
#define NEWS2(m) NEWS(2, m)
inline take() {
  upto(M);
  if
  :: l > base[k] && l <= out[k] && BETTER(k, l, s) -> d_step { ep[s] = k; n[s] = l; check() }
  :: else -> d_step { clear() }
  fi
}

active proctype City() {
  d_step {
    s = 0; do :: s < S -> id[s] = s; s++ :: else -> break od;
    on[0] = true; hist[0] = HELD(0, 0); n[0] = 1; out[0] = 1; begun[0] = true; s = 0
  }
  do
  :: atomic { PICK(OFFERS); center();                      /* handed_over; the sender may know an old incarnation */
       if :: v = inc[t] :: inc[t] == 1 -> v = 0 fi;
       if
       :: t != id[s] -> d_step { named(); append(s, OFFER(t, v, id[s], inc[s])); check() }
       :: else -> d_step { clear() }
       fi }
  :: atomic { PICK(ANSWERS); v = LAST(s);
       if
       :: d_step { append(s, HELD(id[s], inc[s])); check() }              /* received */
       :: d_step { append(s, HELD(SENDER(v), SENDINC(v))); check() }      /* refused: back to the sender */
       fi }
#ifdef WORK                                                /* more states, nothing new: who may hand over may work */
  :: atomic { PICK(OFFERS); d_step { append(s, HELD(id[s], inc[s])); check() } }
#endif
#ifdef TAKEBACK
  :: atomic { PICK(TAKES); d_step { append(s, HELD(id[s], inc[s])); check() } }
#endif
  :: atomic { PICK(SEIZES); upto(n[s]);                    /* rule 4: seized, on a part of the log that it has */
       if
       :: l > 0 && l < M -> d_step {
            k = know[s]; cut(s);
            assert(!begun[k]);                             /* I1: an epoch starts once */
            begun[k] = true; par[k] = ep[s]; base[k] = l; ep[s] = k;
            append(s, HELD(id[s], inc[s])); check() }
       :: else -> d_step { clear() }
       fi }
  :: atomic { PICK(NEWS0); k = 0; take() }                 /* any copy that survives reaches anybody, at any time */
  :: atomic { PICK(NEWS1); k = 1; take() }
#if E > 2
  :: atomic { PICK(NEWS2); k = 2; take() }
#endif
  :: atomic { PICK(LEARNS); d_step { know[s] = know[s] + 1; check() } }
  :: atomic { reg + 1 < E -> center();                     /* the Register grants the next epoch to anybody */
#ifdef BYCENTER
       if :: v = 0 :: v = 1 :: v = 2 fi;
#endif
       d_step { named(); reg++; to[reg] = t; toinc[reg] = inc[t];
#ifdef BYCENTER
       lost[reg] = v;
#endif
       check() } }
  :: atomic { !restored -> PICK(RESTORES);                 /* from any earlier copy of its log */
       upto(n[s]);
#ifndef SILENT
       if                                                  /* the old machine comes back to life, or is gone */
       :: d_step { on[N] = true; id[N] = id[s]; inc[N] = inc[s]; ep[N] = ep[s]; n[N] = n[s]; know[N] = know[s] }
       :: skip
       fi;
       d_step { inc[s] = 1; know[s] = reg };               /* the Register grants the new incarnation */
#endif
       if :: t = 0 :: t = 1 :: t = 2 fi;                    /* so many last events, if nobody else has them, never left the disk */
       d_step { restored = true; k = ep[s];
         cut(s);
         do
         :: t > 0 && out[k] > base[k] + 1 ->
            v = 0; c1 = 0;
            do
            :: c1 < S ->
               if :: on[c1] && (ep[c1] > k || (ep[c1] == k && n[c1] >= out[k])) -> v = 1 :: else -> skip fi; c1++
            :: else -> break
            od;
            c1 = k + 1;
            do :: c1 < E -> if :: begun[c1] -> v = 1 :: else -> skip fi; c1++ :: else -> break od;
            if :: v == 0 -> out[k] = out[k] - 1; hist[k*M + out[k]] = 0; t-- :: else -> t = 0 fi
         :: else -> break
         od;
         check() } }
  od
}

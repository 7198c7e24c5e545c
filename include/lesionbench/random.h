/* SPDX-License-Identifier: MIT */
/* Random numbers: a keyed stream for this project, and NumPy's legacy stream to reproduce the data
 * of the reference study. */
#ifndef LESIONBENCH_RANDOM_H
#define LESIONBENCH_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
 * A stream is keyed by (seed, purpose, item), never by thread, so the numbers do not depend on the
 * number of threads. Streams of different keys are independent. */
typedef struct lb_random {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t block[4];
    unsigned used; /* of block */
} lb_random;

/* One purpose for each use. Two uses of one seed never share numbers. */
typedef enum lb_purpose {
    LB_PURPOSE_TEST = 0,
    LB_PURPOSE_SUBJECT,       /* cohort: one subject's anatomy; item = subject */
    LB_PURPOSE_NOISE,         /* cohort: noise of one slice; item = subject x 2^16 + slice */
    LB_PURPOSE_SPLIT,         /* subjects to splits */
    LB_PURPOSE_COMPOSE,       /* which slice an image uses */
    LB_PURPOSE_INITIALISE,    /* weights; item = layer */
    LB_PURPOSE_SHUFFLE,       /* order of training images; item = epoch */
    LB_PURPOSE_DROPOUT,       /* item = epoch x 2^24 + batch */
    LB_PURPOSE_GRADIENT_SHAP, /* alphas; item = image */
    LB_PURPOSE_RANDOM_MAP,    /* the control `random`; item = image */
    LB_PURPOSE_CORPUS,        /* subsets of natural-image corpora */
    LB_PURPOSE_SCENE,         /* distractors, polarity; item = seed of the image */
    LB_PURPOSE_PLACE,         /* places of a fair image; item = seed of the image */
    LB_PURPOSE_AUDIT,         /* subjects to folds */
    LB_PURPOSE_BACKGROUND,    /* cohort: 1/f noise of one slice; item as of LB_PURPOSE_NOISE */
    LB_PURPOSE_AUGMENT,       /* flips and turns of training images; item = epoch x 2^32 + image */
    LB_PURPOSE_BOOTSTRAP,     /* clusters to draws; item = draw */
    LB_PURPOSE_SIGN_FLIP,     /* signs of differences; item = draw */
    LB_PURPOSE_SMOOTH,        /* noise of SmoothGrad and VarGrad; item = image x 2^16 + sample */
    LB_PURPOSE_EXPECTED,      /* points of Expected Gradients; item = image x 2^16 + sample */
    LB_PURPOSE_REFERENCES,    /* which images are Expected Gradients' and DeepSHAP's background */
    /* Fixed numbers: the expected values of tests depend on them. */
    LB_PURPOSE_RISE = 32,           /* item = image + mask x 2^40 */
    LB_PURPOSE_KERNEL_SHAP = 33,    /* item = image + pair x 2^40 */
    LB_PURPOSE_LIME = 34,           /* item = image + copy x 2^40 */
    LB_PURPOSE_GRADIENT_CHECK = 40, /* directions; item = image */
    LB_PURPOSE_PERMUTE = 41         /* labels of training images */
} lb_purpose;

void lb_random_init(lb_random *random, uint64_t seed, lb_purpose purpose, uint64_t item);
uint32_t lb_random_u32(lb_random *random);
/* 53 bits, in [0, 1). */
double lb_random_uniform(lb_random *random);
/* Standard normal (Box-Muller). */
double lb_random_normal(lb_random *random);
/* Uniform in 0 .. n-1, without bias; n > 0. */
uint32_t lb_random_below(lb_random *random, uint32_t n);
/* Fisher-Yates over n indices. */
void lb_random_shuffle(lb_random *random, size_t *items, size_t n);

/* NumPy's legacy generator (numpy.random.RandomState): MT19937 seeded by init_genrand. */
typedef struct lb_numpy_random {
    uint32_t state[624];
    unsigned position;
} lb_numpy_random;

void lb_numpy_seed(lb_numpy_random *random, uint32_t seed); /* np.random.seed(seed) */
double lb_numpy_rand(lb_numpy_random *random);              /* np.random.rand(): 53 bits */
/* np.random.rand(count). */
void lb_numpy_fill(lb_numpy_random *random, double *out, size_t count);
/* np.random.randint(low, high): masked rejection as in RandomState; low < high. Also
 * np.random.choice(np.arange(n)) with low 0, high n. */
int64_t lb_numpy_randint(lb_numpy_random *random, int64_t low, int64_t high);
/* np.random.shuffle of a Python list of n items, applied to a list of indices. */
void lb_numpy_shuffle_list(lb_numpy_random *random, size_t *items, size_t n);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: MIT */
/* What a scorer keeps of its truth, and of the map at hand. */
#ifndef LB_SCORE_SCORER_H
#define LB_SCORE_SCORER_H

#include "lesionbench/metrics.h"

struct lb_scorer {
    bool has_truth; /* lb_scorer_set_truth() was called */
    size_t height, width, count;
    /* The truth. */
    size_t p;
    uint8_t *is_true; /* (count) */
    uint32_t *pixel;  /* (p) true pixels in row-major order */
    uint32_t *lesion; /* (p) the lesion of each, numbered from 0 */
    size_t lesions;
    uint32_t *label; /* (count) work space of the labelling */
    double *mass;    /* (lesions) sums of |map| */
    uint8_t *hit;    /* (lesions) */
    /* The map: its values as whole numbers in the same order. */
    uint32_t *key;            /* (count) */
    uint32_t *sorted, *spare; /* (count) see ranking.c */
    uint32_t *true_sorted;    /* (p) keys of the true pixels, ascending */
    /* Of a map of doubles; NULL until there is one. */
    double *order; /* (count) its values, sorted */
    float *scaled; /* (count) its values over a power of two */
    double *work;  /* (6 x count) places and masses for the EMDs; NULL until wanted */
};

/* The order of the map's values. */
typedef struct ranking {
    size_t kept;        /* sorted[0 ... kept - 1]: keys from the lowest true one up, ascending */
    uint32_t threshold; /* key of the (p+1)-th largest value, where there is one */
    size_t above;      /* pixels whose key is greater; p where there are no ties at the threshold */
    size_t true_above; /* true ones among them */
    size_t last_tie;   /* the last pixel of equal ones that belongs to the stable p; count: none */
    size_t true_ties;  /* true ones among these */
    size_t equal;      /* pixels that equal the threshold */
} ranking;

/* Fills key. LB_ERROR_NUMERIC where the map is not finite. */
lb_status ranking_keys(lb_scorer *scorer, const float *map, lb_error *err);
/* Fills key and scaled from doubles. LB_ERROR_NUMERIC where the map is not finite. */
lb_status ranking_keys_of_doubles(lb_scorer *scorer, const double *map, lb_error *err);
/* p > 0. */
void ranking_fill(ranking *out, lb_scorer *scorer);
/* AUROC and average precision; 0 < p. */
void ranking_areas(double *auroc, double *auprc, const lb_scorer *scorer, const ranking *order);
/* Whether the pixel is in the mask. */
static inline bool
ranking_selects(const ranking *order, const lb_scorer *scorer, size_t pixel, lb_ties ties)
{
    uint32_t key = scorer->key[pixel];
    return key > order->threshold || (ties == LB_TIES_STABLE && key == order->threshold &&
                                      order->last_tie < scorer->count && pixel <= order->last_tie);
}

/* Numbers the parts of the truth. */
void truth_label(lb_scorer *scorer);

/* A map that is being scored. What several metrics share is computed when the first asks for it. */
typedef struct lb_scored_map {
    lb_scorer *scorer;
    const float *map;
    lb_ties ties;
    ranking order;
    size_t tp, selected; /* of the mask */
    bool has_areas, has_masses, has_distance;
    double auroc, auprc;
    double absolute, positive;           /* sums of |value| and of what is positive */
    double absolute_true, positive_true; /* in the truth */
    double min, max, hits;               /* of the lesions: masses, and how many are touched */
    double distance, farthest;           /* the map's EMD, and the largest distance of two pixels */
} lb_scored_map;

/* compute() of the earth mover's distances. */
lb_status emd_of_brightest(double *out, lb_scored_map *map, lb_error *err);
lb_status emd_of_map(double *out, lb_scored_map *map, lb_error *err);
lb_status emd_accuracy(double *out, lb_scored_map *map, lb_error *err);
lb_status emd_invariant(double *out, lb_scored_map *map, lb_error *err);

#endif

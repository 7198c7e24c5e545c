/* SPDX-License-Identifier: MIT */
/* What the rules of relevance make of a convolution: terms, each with its own inputs and weights.
 */
#ifndef LB_NN_RELEVANCE_TERMS_H
#define LB_NN_RELEVANCE_TERMS_H

#include "lesionbench/relevance.h"

enum { LB_MAX_TERMS = 4, LB_MAX_GROUPS = 2 };

typedef enum lb_term_input {
    LB_INPUT_AS_IS,
    LB_INPUT_POSITIVE, /* max(0, a) */
    LB_INPUT_NEGATIVE, /* min(0, a) */
    LB_INPUT_LOW,      /* the composite's bounds of each channel, whatever the input */
    LB_INPUT_HIGH,
    LB_INPUT_ONE
} lb_term_input;

typedef enum lb_term_weight {
    LB_WEIGHT_AS_IS,
    LB_WEIGHT_POSITIVE,
    LB_WEIGHT_NEGATIVE,
    LB_WEIGHT_MORE_POSITIVE, /* w + gamma w+ */
    LB_WEIGHT_MORE_NEGATIVE, /* w + gamma w- */
    LB_WEIGHT_ONE
} lb_term_weight;

typedef struct lb_term {
    lb_term_input input;
    lb_term_weight weight; /* of the bias too */
    bool bias;             /* or the bias is 0 */
    float sign;            /* in the denominator and in the sum of relevance */
    unsigned group;        /* terms of a group share the denominator, the sum of their outputs */
} lb_term;

typedef struct lb_term_rule {
    size_t count;
    lb_term terms[LB_MAX_TERMS];
} lb_term_rule;

const lb_term_rule *lb_term_rule_find(lb_relevance_rule rule);
/* What a group's relevance is multiplied with. */
float lb_term_group_factor(const lb_composite *composite, lb_relevance_rule rule, unsigned group);
/* Modified parameters; out may not alias. */
void lb_term_weights(float *out, const float *in, size_t count, lb_term_weight weight,
                     const lb_composite *composite);
/* The term's inputs from the layer's. LB_INPUT_LOW and LB_INPUT_HIGH: of an image, (3, H, W). */
void lb_term_inputs(float *out, const float *in, size_t count, lb_term_input input,
                    const lb_composite *composite);

#endif

/* SPDX-License-Identifier: MIT */
#include "relevance_terms.h"

#include "base/cpu_kernel.h"

/* Gamma's terms for outputs below 0 are left out: a ReLU follows every convolution, so that no
 * relevance is there. */
static const lb_term_rule rules[LB_RELEVANCE_RULES] = {
    [LB_RELEVANCE_EPSILON] = {1, {{LB_INPUT_AS_IS, LB_WEIGHT_AS_IS, true, 1, 0}}},
    [LB_RELEVANCE_PLUS] = {2,
                           {{LB_INPUT_POSITIVE, LB_WEIGHT_POSITIVE, true, 1, 0},
                            {LB_INPUT_NEGATIVE, LB_WEIGHT_NEGATIVE, false, 1, 0}}},
    [LB_RELEVANCE_ALPHA_BETA] = {4,
                                 {{LB_INPUT_POSITIVE, LB_WEIGHT_POSITIVE, true, 1, 0},
                                  {LB_INPUT_NEGATIVE, LB_WEIGHT_NEGATIVE, false, 1, 0},
                                  {LB_INPUT_POSITIVE, LB_WEIGHT_NEGATIVE, true, 1, 1},
                                  {LB_INPUT_NEGATIVE, LB_WEIGHT_POSITIVE, false, 1, 1}}},
    [LB_RELEVANCE_GAMMA] = {2,
                            {{LB_INPUT_POSITIVE, LB_WEIGHT_MORE_POSITIVE, true, 1, 0},
                             {LB_INPUT_NEGATIVE, LB_WEIGHT_MORE_NEGATIVE, false, 1, 0}}},
    [LB_RELEVANCE_FLAT] = {1, {{LB_INPUT_ONE, LB_WEIGHT_ONE, false, 1, 0}}},
    /* The bias would be in all three, and cancel. */
    [LB_RELEVANCE_BOX] = {3,
                          {{LB_INPUT_AS_IS, LB_WEIGHT_AS_IS, false, 1, 0},
                           {LB_INPUT_LOW, LB_WEIGHT_POSITIVE, false, -1, 0},
                           {LB_INPUT_HIGH, LB_WEIGHT_NEGATIVE, false, -1, 0}}},
};

const lb_term_rule *
lb_term_rule_find(lb_relevance_rule rule)
{
    return &rules[rule];
}

float
lb_term_group_factor(const lb_composite *composite, lb_relevance_rule rule, unsigned group)
{
    if (rule != LB_RELEVANCE_ALPHA_BETA) {
        return 1.0f;
    }
    return (float)(group == 0 ? composite->alpha : 1 - composite->alpha);
}

/* constant + all w + positive max(0, w) + negative min(0, w) */
typedef struct piecewise {
    float constant, all, relu_mask, negative;
} piecewise;

LB_KERNEL(void, apply, (float *restrict out, const float *restrict in, size_t count, piecewise f),
          (out, in, count, f))
{
    for (size_t i = 0; i < count; i++) {
        float slope = f.all + (in[i] > 0 ? f.relu_mask : f.negative);
        out[i] = f.constant + slope * in[i];
    }
}

void
lb_term_weights(float *out, const float *in, size_t count, lb_term_weight weight,
                const lb_composite *composite)
{
    float gamma = (float)composite->gamma;
    const piecewise functions[] = {[LB_WEIGHT_AS_IS] = {0, 1, 0, 0},
                                   [LB_WEIGHT_POSITIVE] = {0, 0, 1, 0},
                                   [LB_WEIGHT_NEGATIVE] = {0, 0, 0, 1},
                                   [LB_WEIGHT_MORE_POSITIVE] = {0, 1, gamma, 0},
                                   [LB_WEIGHT_MORE_NEGATIVE] = {0, 1, 0, gamma},
                                   [LB_WEIGHT_ONE] = {1, 0, 0, 0}};
    apply(out, in, count, functions[weight]);
}

static void
fill_channels(float *out, size_t count, const double values[LB_INPUT_CHANNELS])
{
    size_t pixels = count / LB_INPUT_CHANNELS;
    for (size_t v = 0; v < count; v++) {
        out[v] = (float)values[v / pixels];
    }
}

void
lb_term_inputs(float *out, const float *in, size_t count, lb_term_input input,
               const lb_composite *composite)
{
    const piecewise functions[] = {[LB_INPUT_AS_IS] = {0, 1, 0, 0},
                                   [LB_INPUT_POSITIVE] = {0, 0, 1, 0},
                                   [LB_INPUT_NEGATIVE] = {0, 0, 0, 1},
                                   [LB_INPUT_ONE] = {1, 0, 0, 0}};
    if (input == LB_INPUT_LOW || input == LB_INPUT_HIGH) {
        fill_channels(out, count, input == LB_INPUT_LOW ? composite->low : composite->high);
    } else {
        apply(out, in, count, functions[input]);
    }
}

/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <string.h>

const char *const degree_names[DEGREES] = {"1", "2", "3", "4", "all"};
const char *const selection_names[SELECTIONS] = {"correct", "wrong"};
const char *const condition_names[CONDITIONS] = {"best", "matched"};

const method_name method_names[METHODS] = {
    {"integrated_gradients", "Integrated Gradients"},
    {"gradient_shap", "GradientSHAP"},
    {"deeplift", "DeepLIFT"},
    {"saliency", "Saliency"},
    {"input_x_gradient", "InputXGradient"},
    {"guided_backprop", "Guided Backpropagation"},
    {"deconvolution", "Deconvolution"},
    {"lrp", "LRP"},
    {"raw_input", "Raw input"},
    {"sobel", "Sobel edge filter"},
    {"laplace", "Laplace filter"},
    {"random", "Random map"},
    {"inverted_input", "Inverted input"},
    {"difference_of_gaussians", "Difference of Gaussians"},
    {"median_distance", "Distance from the median"},
    {"local_contrast", "Local contrast"},
    {"deeplift_captum", "DeepLIFT as in Captum"},
    {"untrained", "Untrained network"},
};

int
method_index(const char *name)
{
    for (int i = 0; i < METHODS; i++) {
        if (strcmp(method_names[i].name, name) == 0) {
            return i;
        }
    }
    return NOT_KNOWN;
}

const char *
corpus_title(const char *corpus)
{
    static const char *const titles[][2] = {
        {"mri", "MRI"}, {"natural", "Natural images"}, {"imagenet", "ImageNet"}};
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        if (strcmp(titles[i][0], corpus) == 0) {
            return titles[i][1];
        }
    }
    return corpus;
}

/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <stdio.h>
#include <string.h>

const char *const degree_names[DEGREES] = {"1", "2", "3", "4", "all"};
const char *const selection_names[SELECTIONS] = {"correct", "wrong"};
const char *const condition_names[CONDITIONS] = {"best", "matched"};

/* The study's eight methods in its order, then others whose names words alone do not give. */
static const char *const titles_of_methods[][2] = {
    {"integrated_gradients", "Integrated Gradients"},
    {"gradient_shap", "GradientSHAP"},
    {"deeplift", "DeepLIFT"},
    {"saliency", "Saliency"},
    {"input_x_gradient", "InputXGradient"},
    {"guided_backprop", "Guided Backpropagation"},
    {"deconvolution", "Deconvolution"},
    {"lrp", "LRP"},
    {"sobel", "Sobel edge filter"},
    {"laplace", "Laplace filter"},
    {"random", "Random map"},
    {"difference_of_gaussians", "Difference of Gaussians"},
    {"median_distance", "Distance from the median"},
    {"deeplift_captum", "DeepLIFT as in Captum"},
    {"smoothgrad", "SmoothGrad"},
    {"vargrad", "VarGrad"},
    {"grad_cam", "Grad-CAM"},
    {"gradcam", "Grad-CAM"},
    {"grad_cam_pp", "Grad-CAM++"},
    {"guided_grad_cam", "Guided Grad-CAM"},
    {"score_cam", "Score-CAM"},
    {"layer_cam", "LayerCAM"},
    {"xgrad_cam", "XGrad-CAM"},
    {"kernel_shap", "KernelSHAP"},
    {"deep_shap", "DeepSHAP"},
    {"lime", "LIME"},
    {"rise", "RISE"},
};

const char *
study_method(size_t index)
{
    return titles_of_methods[index][0];
}

/* "lrp_gamma" as "LRP gamma", "noise_tunnel" as "Noise tunnel". */
static void
say_in_words(char *out, size_t size, const char *name)
{
    bool lrp = strncmp(name, "lrp", 3) == 0 || strncmp(name, "ig_", 3) == 0;
    snprintf(out, size, "%s", name);
    for (size_t i = 0; out[i] != '\0'; i++) {
        bool capital = i == 0 || (lrp && i < strcspn(name, "_"));
        out[i] = out[i] == '_' ? ' ' : out[i];
        out[i] = capital && out[i] >= 'a' && out[i] <= 'z' ? (char)(out[i] - 'a' + 'A') : out[i];
    }
}

void
method_entry_init(method_entry *out, const char *name)
{
    *out = (method_entry){.baseline = false};
    snprintf(out->name, sizeof out->name, "%s", name);
    say_in_words(out->title, sizeof out->title, name);
    for (size_t i = 0; i < sizeof titles_of_methods / sizeof *titles_of_methods; i++) {
        if (strcmp(titles_of_methods[i][0], name) == 0) {
            snprintf(out->title, sizeof out->title, "%s", titles_of_methods[i][1]);
        }
    }
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

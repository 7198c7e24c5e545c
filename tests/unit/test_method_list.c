/* SPDX-License-Identifier: MIT */
/* Lists of methods, and the layers of randomised networks. */
#include <string.h>

#include "testing.h"

#include "lesionbench/explanations.h"

static const lb_method_filter COMMAND = {.controls = true};

static bool
has(const lb_method *const *methods, size_t count, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += strcmp(methods[i]->name, name) == 0;
    }
    assert_in_range(found, 0, 1);
    return found == 1;
}

static void
groups_and_names(void **state)
{
    (void)state;
    lb_error err;
    lb_method_list list;
    assert_ok(lb_method_list_parse(&list, "lrp,study", COMMAND, &err));
    assert_int_equal(list.count, 8);
    assert_string_equal(list.methods[0]->name, "lrp");
    assert_true(has(list.methods, list.count, "lrp"));
    assert_int_equal(list.untrained_count, 0);
    lb_method_list_release(&list);
    assert_ok(lb_method_list_parse(&list, "controls", COMMAND, &err));
    for (size_t i = 0; i < list.count; i++) {
        assert_true(lb_method_is_control(list.methods[i]));
    }
    assert_true(has(list.methods, list.count, "difference_of_gaussians"));
    lb_method_list_release(&list);
    /* Groups leave out what cannot be done here; a name does not. */
    assert_ok(lb_method_list_parse(&list, "quick", COMMAND, &err));
    assert_false(has(list.methods, list.count, "deep_shap"));
    assert_false(has(list.methods, list.count, "occlusion"));
    assert_true(has(list.methods, list.count, "smoothgrad"));
    lb_method_list_release(&list);
    assert_ok(lb_method_list_parse(&list, "all,deep_shap", COMMAND, &err));
    assert_true(has(list.methods, list.count, "deep_shap"));
    assert_true(has(list.methods, list.count, "occlusion"));
    lb_method_list_release(&list);
    const lb_method_filter study = {.background = true, .of_network = true};
    assert_ok(lb_method_list_parse(&list, "all", study, &err));
    assert_true(has(list.methods, list.count, "deep_shap"));
    assert_false(has(list.methods, list.count, "sobel"));
    lb_method_list_release(&list);
}

static void
untrained_methods(void **state)
{
    (void)state;
    lb_error err;
    lb_method_list list;
    assert_ok(lb_method_list_parse(&list, "untrained:lrp,saliency,sobel", COMMAND, &err));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.untrained_count, 1);
    assert_true(has(list.untrained, 1, "lrp"));
    lb_method_list_release(&list);
    assert_ok(lb_method_list_parse(&list, "untrained,saliency,sobel", COMMAND, &err));
    assert_int_equal(list.untrained_count, 1);
    assert_true(has(list.untrained, 1, "saliency"));
    lb_method_list_release(&list);
    assert_ok(lb_method_list_parse(&list, "untrained,controls", COMMAND, &err));
    assert_int_equal(list.untrained_count, 8);
    lb_method_list_release(&list);
    assert_ok(lb_method_list_parse(&list, "untrained:all", COMMAND, &err));
    assert_int_equal(list.count, 0);
    assert_false(has(list.untrained, list.untrained_count, "sobel"));
    lb_method_list_release(&list);
}

static void
wrong_lists(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } WRONG[] = {{"saliency,saliency", "'saliency' is there twice"},
                 {"salienzy", "did you mean 'saliency'"},
                 {"untrained:salienzy", "did you mean 'saliency'"},
                 {"untrained:sobel", "sobel looks at no network"},
                 {"saliency,,lrp", "empty item"}};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        lb_error err;
        lb_method_list list;
        assert_int_equal(lb_method_list_parse(&list, WRONG[i].text, COMMAND, &err),
                         LB_ERROR_ARGUMENT);
        assert_non_null(strstr(err.message, WRONG[i].message));
    }
}

static void
layers_of_a_network(void **state)
{
    (void)state;
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL, *fresh = NULL, *copy = NULL;
    lb_explain_control *controls = NULL;
    size_t count = 0;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 1, &err));
    assert_ok(lb_network_create(&fresh, &architecture, 2, &err));
    assert_ok(lb_randomised_controls(&controls, &count, network, "cascade", &err));
    assert_int_equal(count, 11);
    assert_string_equal(controls[0].name, "randomised_classifier.6");
    assert_int_equal(controls[0].first_parameter, 20);
    assert_string_equal(controls[10].name, "randomised_features.0");
    assert_int_equal(controls[10].first_parameter, 0);
    lb_free(controls);
    assert_ok(lb_randomised_controls(&controls, &count, network, "features.18,classifier.0", &err));
    assert_int_equal(count, 2);
    assert_string_equal(controls[0].name, "randomised_features.18");
    assert_int_equal(controls[0].first_parameter, 14);
    assert_int_equal(lb_randomised_controls(NULL, NULL, network, "features.1", &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "no layer 'features.1' (its last is 'classifier.6'"));
    /* New weights are those of a new network, and the old ones come back. */
    assert_ok(lb_network_copy(&copy, network, &err));
    assert_ok(lb_network_randomise(copy, 14, 22, 2, &err));
    for (size_t p = 0; p < 22; p++) {
        const lb_parameter *is = lb_network_parameter(copy, p);
        const lb_network *like = p < 14 ? network : fresh;
        assert_memory_equal(is->value, lb_network_parameter((lb_network *)like, p)->value,
                            is->count * sizeof(float));
    }
    assert_ok(lb_network_restore(copy, 14, 22, network, &err));
    for (size_t p = 0; p < 22; p++) {
        const lb_parameter *is = lb_network_parameter(copy, p);
        assert_memory_equal(is->value, lb_network_parameter(network, p)->value,
                            is->count * sizeof(float));
    }
    lb_free(controls);
    lb_network_free(copy);
    lb_network_free(fresh);
    lb_network_free(network);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(groups_and_names),
        cmocka_unit_test(untrained_methods),
        cmocka_unit_test(wrong_lists),
        cmocka_unit_test(layers_of_a_network),
    };
    return cmocka_run_group_tests_name("method_list", tests, NULL, NULL);
}

#include "role.h"

static const struct {
    Role role;
    const char *name;
} roles[] = {
    { ROLE_APPLICANT, "applicant" }, { ROLE_INSPECTOR, "inspector" }, { ROLE_HELPER, "helper" },
    { ROLE_OBSERVER, "observer" },   { ROLE_ADMIN, "admin" },
    { ROLE_CAMERA, "camera" },
};

const char *
role_name(Role role)
{
    for (gsize i = 0; i < G_N_ELEMENTS(roles); i++)
        if (roles[i].role == role)
            return roles[i].name;
    g_assert_not_reached();
}

Role
role_from_name(const char *name)
{
    for (gsize i = 0; name && i < G_N_ELEMENTS(roles); i++)
        if (g_str_equal(roles[i].name, name))
            return roles[i].role;
    return ROLE_NONE;
}

#include "routes.h"

#include "api/api-after.h"
#include "api/api-appointments.h"
#include "api/api-case-import.h"
#include "api/api-catalogue.h"
#include "api/api-deliveries.h"
#include "api/api-guides.h"
#include "api/api-my.h"
#include "api/api-exports.h"
#include "api/api-import.h"
#include "api/api-office.h"
#include "api/api-records.h"
#include "api/api-rectifications.h"
#include "api/api-retention.h"
#include "api/api-steps.h"
#include "api/api-turns.h"
#include "api/api-form-pages.h"
#include "api/api.h"
#include "api/playback.h"
#include "api/static.h"
#include "api/whip.h"
#include "case-files.h"
#include "item-rules.h"
#include "poll.h"
#include "queue.h"
#include "rest.h"
#include "socket.h"

static const HttpRoute routes[] = {
    { "GET", "/ws", socket_upgrade, 0, &socket_rules },
    { "POST", "/api/poll", api_poll_open, REST_BODY_MAX, NULL },
    { "DELETE", "/api/poll", api_poll_close, 0, NULL },
    { "POST", "/api/poll/frames", api_poll_send, POLL_BODY_MAX, NULL },
    { "GET", "/api/poll/frames", api_poll_receive, 0, NULL },

    { "POST", "/api/sign-in", api_sign_in, REST_BODY_MAX, NULL },
    { "POST", "/api/sign-out", api_sign_out, REST_BODY_MAX, NULL },
    { "GET", "/api/me", api_me, 0, NULL },
    { "GET", "/api/users", api_user_list, 0, NULL },
    { "POST", "/api/users", api_user_add, REST_BODY_MAX, NULL },
    { "PATCH", "/api/users/{user}", api_user_change, REST_BODY_MAX, NULL },
    { "DELETE", "/api/users/{user}/second-factor", api_second_factor_drop, 0, NULL },
    { "GET", "/api/accounts", api_user_all, 0, NULL },
    { "POST", "/api/me/second-factor", api_second_factor_want, REST_BODY_MAX, NULL },
    { "PUT", "/api/me/second-factor", api_second_factor_confirm, REST_BODY_MAX, NULL },
    { "GET", "/api/keys", api_key_list, 0, NULL },
    { "POST", "/api/keys", api_key_add, REST_BODY_MAX, NULL },
    { "DELETE", "/api/keys/{key}", api_key_revoke, 0, NULL },
    { "GET", "/api/trail", api_trail_list, 0, NULL },
    { "GET", "/api/trail/verdict", api_trail_verify, 0, NULL },
    { "GET", "/api/statistics", api_statistics, 0, NULL },

    { "GET", "/api/items", api_item_list, 0, NULL },
    { "GET", "/api/items/{item}", api_item_get, 0, NULL },
    { "GET", "/api/items/{item}/versions", api_item_versions, 0, NULL },
    { "POST", "/api/items/{item}/versions", api_item_publish, REST_BODY_MAX, NULL },
    { "GET", "/api/items/{item}/draft", api_item_draft_get, 0, NULL },
    { "PUT", "/api/items/{item}/draft", api_item_draft_put, ITEM_BYTES_MAX, NULL },
    { "DELETE", "/api/items/{item}/draft", api_item_draft_drop, 0, NULL },
    { "GET", "/api/item-drafts", api_draft_list, 0, NULL },
    { "GET", "/api/catalogue", api_catalogue_export, 0, NULL },
    { "POST", "/api/catalogue/import", api_catalogue_import, CATALOGUE_IMPORT_MAX, NULL },
    { "GET", "/api/guides/{item}", api_guide_get, 0, NULL },
    { "GET", "/api/guides/{item}/pdf", api_guide_pdf, 0, NULL },
    { "GET", "/api/cases", api_case_search, 0, NULL },
    { "POST", "/api/cases", api_case_open, REST_BODY_MAX, NULL },
    { "GET", "/api/cases/{case}", api_case_get, 0, NULL },

    { "GET", "/api/cases/{case}/links", api_link_list, 0, NULL },
    { "POST", "/api/cases/{case}/links", api_link_add, REST_BODY_MAX, NULL },
    { "DELETE", "/api/case-links/{link}", api_link_revoke, 0, NULL },
    { "PUT", "/api/cases/{case}/contact", api_case_contact, REST_BODY_MAX, NULL },
    { "GET", "/api/my", api_my_get, 0, NULL },
    { "GET", "/api/my/slots", api_my_slots, 0, NULL },
    { "POST", "/api/my/invitations", api_my_invitation, REST_BODY_MAX, NULL },
    { "PUT", "/api/my/appointment", api_my_appointment_put, REST_BODY_MAX, NULL },
    { "DELETE", "/api/my/appointment", api_my_appointment_cancel, 0, NULL },
    { "PUT", "/api/my/pictures/{picture}", api_my_picture_put, CASE_FILE_BYTES_MAX, NULL },
    { "GET", "/api/my/pictures/{picture}", api_my_picture_get, 0, NULL },
    { "GET", "/api/my/stills/{still}", api_my_still_get, 0, NULL },
    { "POST", "/api/my/answers", api_my_answer, REST_BODY_MAX, NULL },
    { "POST", "/api/my/evaluations", api_my_evaluate, REST_BODY_MAX, NULL },
    { "PUT", "/api/my/attachments/{attachment}", api_my_attachment_put, CASE_FILE_BYTES_MAX, NULL },
    { "GET", "/api/cases/{case}/after", api_case_after, 0, NULL },
    { "PUT", "/api/cases/{case}/attachments/{attachment}", api_attachment_put, CASE_FILE_BYTES_MAX, NULL },
    { "GET", "/api/attachments/{attachment}", api_attachment_get, 0, NULL },
    { "GET", "/api/audits", api_audit_list, 0, NULL },
    { "POST", "/api/audits/{audit}", api_audit_done, REST_BODY_MAX, NULL },

    { "GET", "/api/rectifications", api_rectification_list, 0, NULL },
    { "GET", "/api/rectifications/{rectification}", api_rectification_get, 0, NULL },
    { "POST", "/api/rectifications/{rectification}/points/{checkpoint}", api_rectification_decide, REST_BODY_MAX, NULL },
    { "GET", "/api/rectification-pictures/{picture}", api_rectification_picture, 0, NULL },

    { "GET", "/api/slot-rules", api_slot_rule_list, 0, NULL },
    { "POST", "/api/slot-rules", api_slot_rule_add, REST_BODY_MAX, NULL },
    { "DELETE", "/api/slot-rules/{rule}", api_slot_rule_remove, 0, NULL },
    { "GET", "/api/holidays", api_holiday_list, 0, NULL },
    { "PUT", "/api/holidays/{day}", api_holiday_put, REST_BODY_MAX, NULL },
    { "POST", "/api/visits/{visit}/cancel", api_visit_cancel, REST_BODY_MAX, NULL },
    { "POST", "/api/visits/{visit}/no-show", api_visit_no_show, REST_BODY_MAX, NULL },
    { "POST", "/api/calendar", api_calendar_add, REST_BODY_MAX, NULL },
    { "GET", "/api/calendar/{feed}", api_calendar_get, 0, NULL },

    { "GET", "/api/turns", api_turn_list, 0, NULL },
    { "POST", "/api/turns", api_turn_add, REST_BODY_MAX, NULL },
    { "POST", "/api/turns/next", api_turn_next, REST_BODY_MAX, NULL },
    { "POST", "/api/turns/{turn}", api_turn_act, REST_BODY_MAX, NULL },
    { "GET", "/api/display", api_turn_display, 0, NULL },

    { "GET", "/api/deliveries", api_delivery_list, 0, NULL },
    { "POST", "/api/deliveries/{delivery}/repeat", api_delivery_repeat, REST_BODY_MAX, NULL },
    { "GET", "/api/hooks", api_hook_list, 0, NULL },
    { "POST", "/api/hooks", api_hook_add, REST_BODY_MAX, NULL },
    { "DELETE", "/api/hooks/{hook}", api_hook_remove, 0, NULL },
    { "POST", "/api/hooks/{hook}/repeat", api_hook_repeat, REST_BODY_MAX, NULL },

    { "GET", "/api/search", api_search, 0, NULL },
    { "GET", "/api/cases/{case}/forms", api_case_forms, 0, NULL },
    { "GET", "/api/forms", api_form_list, 0, NULL },
    { "GET", "/api/forms/{form}", api_form_get, 0, NULL },
    { "GET", "/api/documents/{document}", api_form_document, 0, NULL },
    { "GET", "/api/documents/{document}/{kind}", api_form_paper, 0, NULL },

    { "POST", "/api/help/tickets", api_ticket_add, REST_BODY_MAX, NULL },
    { "GET", "/api/queue", api_queue_get, 0, NULL },
    { "POST", "/api/queue/duty", api_duty_set, REST_BODY_MAX, NULL },
    { "POST", "/api/queue/tickets/{ticket}/take", api_ticket_take, REST_BODY_MAX, NULL },
    { "POST", "/api/queue/visits/{visit}/return", api_visit_return, REST_BODY_MAX, NULL },

    { "GET", "/api/visits", api_visit_list, 0, NULL },
    { "POST", "/api/visits", api_visit_schedule, REST_BODY_MAX, NULL },
    { "GET", "/api/visits/{visit}", api_visit_get, 0, NULL },
    { "PATCH", "/api/visits/{visit}", api_visit_change, REST_BODY_MAX, NULL },
    { "GET", "/api/visits/{visit}/invitations", api_invitation_list, 0, NULL },
    { "POST", "/api/visits/{visit}/invitations", api_invitation_add, REST_BODY_MAX, NULL },
    { "DELETE", "/api/invitations/{invitation}", api_invitation_revoke, 0, NULL },
    { "PUT", "/api/visits/{visit}/stills/{still}", api_still_put, STILL_BYTES_MAX, NULL },
    { "GET", "/api/visits/{visit}/stills/{still}", api_still_get, 0, NULL },
    { "POST", "/api/visits/{visit}/stills/{still}/upload", api_still_taken, REST_BODY_MAX, NULL },
    { "PATCH", "/api/visits/{visit}/stills/{still}/upload", api_still_piece, STILL_PIECE_MAX, NULL },
    { "PUT", "/api/visits/{visit}/pages/{page}", api_form_page_put, FORM_PAGE_BYTES_MAX, NULL },
    { "GET", "/api/visits/{visit}/pages/{page}", api_form_page_get, 0, NULL },
    { "GET", "/api/users/{user}/credential", api_credential_get, 0, NULL },
    { "PUT", "/api/users/{user}/credential", api_credential_put, REST_BODY_MAX, NULL },
    { "POST", "/api/imports", api_import, IMPORT_MAX, NULL },
    { "POST", "/api/cases/import", api_case_import, CASE_IMPORT_MAX, NULL },
    { "PUT", "/api/cases/{case}/place", api_case_place, REST_BODY_MAX, NULL },
    { "GET", "/api/visits/{visit}/records", api_record_list, 0, NULL },
    { "POST", "/api/visits/{visit}/records", api_record_conclude, REST_BODY_MAX, NULL },
    { "GET", "/api/visits/{visit}/records/{version}", api_record_get, 0, NULL },
    { "GET", "/api/visits/{visit}/records/{version}/pdf", api_record_pdf, 0, NULL },
    { "GET", "/api/visits/{visit}/records/{version}/cms", api_record_cms, 0, NULL },
    { "POST", "/api/visits/{visit}/records/{version}/signature", api_record_sign, REST_BODY_MAX, NULL },
    { "POST", "/api/visits/{visit}/records/{version}/countersignature", api_record_countersign, REST_BODY_MAX, NULL },
    { "POST", "/api/visits/{visit}/records/{version}/refusal", api_record_refuse, REST_BODY_MAX, NULL },
    { "GET", "/api/document-certificate", api_document_certificate, 0, NULL },
    { "POST", "/api/visits/{visit}/cameras", api_camera_add, REST_BODY_MAX, NULL },
    { "DELETE", "/api/visits/{visit}/cameras/{camera}", api_camera_remove, 0, NULL },
    { "POST", "/api/visits/{visit}/stream-tokens", api_stream_token_add, REST_BODY_MAX, NULL },

    { "GET", "/api/openapi.yaml", api_openapi, 0, NULL },
    { "GET", "/health", api_health, 0, NULL },

    { "GET", "/api/retention", api_retention_list, 0, NULL },
    { "GET", "/api/storage", api_storage_get, 0, NULL },
    { "GET", "/api/retention/acts", api_retention_acts, 0, NULL },
    { "GET", "/api/holds", api_hold_list, 0, NULL },
    { "POST", "/api/cases/{case}/holds", api_hold_place, REST_BODY_MAX, NULL },
    { "POST", "/api/holds/{hold}/lift", api_hold_lift, REST_BODY_MAX, NULL },
    { "GET", "/api/disposals", api_disposal_list, 0, NULL },
    { "POST", "/api/disposals", api_disposal_create, REST_BODY_MAX, NULL },
    { "GET", "/api/disposals/{disposal}", api_disposal_get, 0, NULL },
    { "POST", "/api/disposals/{disposal}/approval", api_disposal_approve, REST_BODY_MAX, NULL },
    { "POST", "/api/disposals/{disposal}/withdrawal", api_disposal_withdraw, REST_BODY_MAX, NULL },

    { "GET", "/api/accesses", api_access_list, 0, NULL },
    { "POST", "/api/recordings/{recording}/accesses", api_access_add, REST_BODY_MAX, NULL },
    { "GET", "/api/recordings/{recording}", playback_status, 0, NULL },
    { "GET", "/api/recordings/{recording}/export", api_recording_export, 0, NULL },
    { "GET", "/api/cases/{case}/export", api_case_export, 0, NULL },
    { "GET", "/api/recordings/{recording}/{path*}", playback_get, 0, NULL },

    { "POST", "/whip/{visit}", whip_publish, WHIP_BODY_MAX, NULL },
    { "OPTIONS", "/whip/{visit}", whip_options, 0, NULL },
    { "PATCH", "/whip/{visit}/{connection}", whip_patch, WHIP_BODY_MAX, NULL },
    { "DELETE", "/whip/{visit}/{connection}", whip_delete, 0, NULL },
    { "OPTIONS", "/whip/{visit}/{connection}", whip_session_options, 0, NULL },
    { "POST", "/whep/{visit}", whep_play, WHIP_BODY_MAX, NULL },
    { "OPTIONS", "/whep/{visit}", whip_options, 0, NULL },
    { "PATCH", "/whep/{visit}/{connection}", whep_patch, WHIP_BODY_MAX, NULL },
    { "DELETE", "/whep/{visit}/{connection}", whep_delete, 0, NULL },
    { "OPTIONS", "/whep/{visit}/{connection}", whip_session_options, 0, NULL },

    /* Not the pages' plain text: whoever asks here reads problems. */
    { "GET", "/api/{path*}", api_unknown, 0, NULL },
    { "GET", "/{path*}", static_get, 0, NULL },
};

const HttpRoute *
routes_table(gsize *ret_count)
{
    *ret_count = G_N_ELEMENTS(routes);
    return routes;
}

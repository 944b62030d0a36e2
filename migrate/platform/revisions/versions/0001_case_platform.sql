CREATE TABLE code_activity_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_activity_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_activity_status IS 'States of an assessment, task or letter.';
COMMENT ON COLUMN code_activity_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_activity_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_activity_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_activity_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_activity_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_address_use (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_address_use PRIMARY KEY (code)
);
COMMENT ON TABLE code_address_use IS 'What an address is used for.';
COMMENT ON COLUMN code_address_use.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_address_use.label_en IS 'Label in English.';
COMMENT ON COLUMN code_address_use.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_address_use.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_address_use.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_appeal_body (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_appeal_body PRIMARY KEY (code)
);
COMMENT ON TABLE code_appeal_body IS 'Tribunals and courts that hear appeals.';
COMMENT ON COLUMN code_appeal_body.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_appeal_body.label_en IS 'Label in English.';
COMMENT ON COLUMN code_appeal_body.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_appeal_body.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_appeal_body.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_appeal_outcome (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_appeal_outcome PRIMARY KEY (code)
);
COMMENT ON TABLE code_appeal_outcome IS 'Outcomes of an appeal.';
COMMENT ON COLUMN code_appeal_outcome.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_appeal_outcome.label_en IS 'Label in English.';
COMMENT ON COLUMN code_appeal_outcome.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_appeal_outcome.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_appeal_outcome.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_application_reason (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_application_reason PRIMARY KEY (code)
);
COMMENT ON TABLE code_application_reason IS 'Reasons of an application''s status.';
COMMENT ON COLUMN code_application_reason.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_application_reason.label_en IS 'Label in English.';
COMMENT ON COLUMN code_application_reason.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_application_reason.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_application_reason.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_application_stage (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_application_stage PRIMARY KEY (code)
);
COMMENT ON TABLE code_application_stage IS 'Stages of processing.';
COMMENT ON COLUMN code_application_stage.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_application_stage.label_en IS 'Label in English.';
COMMENT ON COLUMN code_application_stage.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_application_stage.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_application_stage.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_application_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_application_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_application_status IS 'Statuses of an application.';
COMMENT ON COLUMN code_application_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_application_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_application_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_application_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_application_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_application_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_application_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_application_type IS 'Kinds of file.';
COMMENT ON COLUMN code_application_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_application_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_application_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_application_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_application_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_assessment_result (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_assessment_result PRIMARY KEY (code)
);
COMMENT ON TABLE code_assessment_result IS 'Results of an assessment.';
COMMENT ON COLUMN code_assessment_result.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_assessment_result.label_en IS 'Label in English.';
COMMENT ON COLUMN code_assessment_result.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_assessment_result.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_assessment_result.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_assessment_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_assessment_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_assessment_type IS 'What is assessed.';
COMMENT ON COLUMN code_assessment_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_assessment_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_assessment_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_assessment_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_assessment_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_association_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_association_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_association_type IS 'Kinds of link between applications.';
COMMENT ON COLUMN code_association_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_association_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_association_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_association_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_association_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_attachment_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_attachment_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_attachment_type IS 'What an attached document is.';
COMMENT ON COLUMN code_attachment_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_attachment_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_attachment_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_attachment_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_attachment_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_authority_form (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_authority_form PRIMARY KEY (code)
);
COMMENT ON TABLE code_authority_form IS 'Forms by which a client gives authority.';
COMMENT ON COLUMN code_authority_form.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_authority_form.label_en IS 'Label in English.';
COMMENT ON COLUMN code_authority_form.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_authority_form.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_authority_form.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_authority_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_authority_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_authority_status IS 'States of an authority.';
COMMENT ON COLUMN code_authority_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_authority_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_authority_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_authority_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_authority_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_birth_date_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_birth_date_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_birth_date_type IS 'Kinds of birth date.';
COMMENT ON COLUMN code_birth_date_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_birth_date_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_birth_date_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_birth_date_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_birth_date_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_case_role (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_case_role PRIMARY KEY (code)
);
COMMENT ON TABLE code_case_role IS 'Parts that persons take in an application.';
COMMENT ON COLUMN code_case_role.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_case_role.label_en IS 'Label in English.';
COMMENT ON COLUMN code_case_role.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_case_role.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_case_role.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_category (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_category PRIMARY KEY (code)
);
COMMENT ON TABLE code_category IS 'Categories of application within a line of business.';
COMMENT ON COLUMN code_category.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_category.label_en IS 'Label in English.';
COMMENT ON COLUMN code_category.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_category.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_category.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_channel (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_channel PRIMARY KEY (code)
);
COMMENT ON TABLE code_channel IS 'Ways by which applications come in.';
COMMENT ON COLUMN code_channel.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_channel.label_en IS 'Label in English.';
COMMENT ON COLUMN code_channel.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_channel.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_channel.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_client_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_client_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_client_status IS 'Standings of a client.';
COMMENT ON COLUMN code_client_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_client_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_client_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_client_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_client_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_contact_medium (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_contact_medium PRIMARY KEY (code)
);
COMMENT ON TABLE code_contact_medium IS 'Media of contact.';
COMMENT ON COLUMN code_contact_medium.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_contact_medium.label_en IS 'Label in English.';
COMMENT ON COLUMN code_contact_medium.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_contact_medium.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_contact_medium.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_contact_use (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_contact_use PRIMARY KEY (code)
);
COMMENT ON TABLE code_contact_use IS 'What a telephone number or e-mail address is used for.';
COMMENT ON COLUMN code_contact_use.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_contact_use.label_en IS 'Label in English.';
COMMENT ON COLUMN code_contact_use.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_contact_use.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_contact_use.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_cost_recovery (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_cost_recovery PRIMARY KEY (code)
);
COMMENT ON TABLE code_cost_recovery IS 'States of the recovery of costs.';
COMMENT ON COLUMN code_cost_recovery.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_cost_recovery.label_en IS 'Label in English.';
COMMENT ON COLUMN code_cost_recovery.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_cost_recovery.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_cost_recovery.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_country (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_country PRIMARY KEY (code)
);
COMMENT ON TABLE code_country IS 'Countries and authorities, present and historic, as in travel documents (ICAO Doc 9303).';
COMMENT ON COLUMN code_country.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_country.label_en IS 'Label in English.';
COMMENT ON COLUMN code_country.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_country.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_country.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_currency (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_currency PRIMARY KEY (code)
);
COMMENT ON TABLE code_currency IS 'Currencies (ISO 4217).';
COMMENT ON COLUMN code_currency.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_currency.label_en IS 'Label in English.';
COMMENT ON COLUMN code_currency.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_currency.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_currency.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_decision (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_decision PRIMARY KEY (code)
);
COMMENT ON TABLE code_decision IS 'Final decisions.';
COMMENT ON COLUMN code_decision.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_decision.label_en IS 'Label in English.';
COMMENT ON COLUMN code_decision.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_decision.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_decision.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_direction (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_direction PRIMARY KEY (code)
);
COMMENT ON TABLE code_direction IS 'Directions of correspondence.';
COMMENT ON COLUMN code_direction.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_direction.label_en IS 'Label in English.';
COMMENT ON COLUMN code_direction.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_direction.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_direction.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_disposition (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_disposition PRIMARY KEY (code)
);
COMMENT ON TABLE code_disposition IS 'What is to become of a file at the end of its retention.';
COMMENT ON COLUMN code_disposition.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_disposition.label_en IS 'Label in English.';
COMMENT ON COLUMN code_disposition.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_disposition.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_disposition.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_document_register (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_document_register PRIMARY KEY (code)
);
COMMENT ON TABLE code_document_register IS 'Registers of identity documents.';
COMMENT ON COLUMN code_document_register.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_document_register.label_en IS 'Label in English.';
COMMENT ON COLUMN code_document_register.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_document_register.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_document_register.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_document_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_document_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_document_status IS 'Standings of a document.';
COMMENT ON COLUMN code_document_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_document_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_document_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_document_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_document_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_document_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_document_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_document_type IS 'Types of identity, civil and issued documents.';
COMMENT ON COLUMN code_document_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_document_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_document_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_document_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_document_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_fee_state (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_fee_state PRIMARY KEY (code)
);
COMMENT ON TABLE code_fee_state IS 'States of a fee that is due on its own.';
COMMENT ON COLUMN code_fee_state.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_fee_state.label_en IS 'Label in English.';
COMMENT ON COLUMN code_fee_state.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_fee_state.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_fee_state.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_fee_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_fee_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_fee_type IS 'What a fee is for.';
COMMENT ON COLUMN code_fee_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_fee_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_fee_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_fee_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_fee_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_governing_body (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_governing_body PRIMARY KEY (code)
);
COMMENT ON TABLE code_governing_body IS 'Bodies that govern the professions of representatives.';
COMMENT ON COLUMN code_governing_body.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_governing_body.label_en IS 'Label in English.';
COMMENT ON COLUMN code_governing_body.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_governing_body.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_governing_body.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_household_role (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_household_role PRIMARY KEY (code)
);
COMMENT ON TABLE code_household_role IS 'Parts in a household.';
COMMENT ON COLUMN code_household_role.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_household_role.label_en IS 'Label in English.';
COMMENT ON COLUMN code_household_role.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_household_role.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_household_role.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_identifier_scheme (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_identifier_scheme PRIMARY KEY (code)
);
COMMENT ON TABLE code_identifier_scheme IS 'Series of numbers that identify persons.';
COMMENT ON COLUMN code_identifier_scheme.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_identifier_scheme.label_en IS 'Label in English.';
COMMENT ON COLUMN code_identifier_scheme.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_identifier_scheme.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_identifier_scheme.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_identifier_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_identifier_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_identifier_status IS 'Standings of an identifier.';
COMMENT ON COLUMN code_identifier_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_identifier_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_identifier_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_identifier_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_identifier_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_invoice_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_invoice_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_invoice_status IS 'States of an invoice.';
COMMENT ON COLUMN code_invoice_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_invoice_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_invoice_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_invoice_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_invoice_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_invoice_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_invoice_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_invoice_type IS 'Kinds of invoice.';
COMMENT ON COLUMN code_invoice_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_invoice_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_invoice_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_invoice_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_invoice_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_language (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_language PRIMARY KEY (code)
);
COMMENT ON TABLE code_language IS 'Languages (ISO 639-1, or 639-3 where that has none).';
COMMENT ON COLUMN code_language.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_language.label_en IS 'Label in English.';
COMMENT ON COLUMN code_language.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_language.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_language.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_letter_template (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_letter_template PRIMARY KEY (code)
);
COMMENT ON TABLE code_letter_template IS 'Templates of letters.';
COMMENT ON COLUMN code_letter_template.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_letter_template.label_en IS 'Label in English.';
COMMENT ON COLUMN code_letter_template.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_letter_template.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_letter_template.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_line_of_business (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_line_of_business PRIMARY KEY (code)
);
COMMENT ON TABLE code_line_of_business IS 'Lines of business.';
COMMENT ON COLUMN code_line_of_business.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_line_of_business.label_en IS 'Label in English.';
COMMENT ON COLUMN code_line_of_business.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_line_of_business.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_line_of_business.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_marital_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_marital_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_marital_status IS 'Marital statuses.';
COMMENT ON COLUMN code_marital_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_marital_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_marital_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_marital_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_marital_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_name_source (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_name_source PRIMARY KEY (code)
);
COMMENT ON TABLE code_name_source IS 'Sources of a name''s spelling.';
COMMENT ON COLUMN code_name_source.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_name_source.label_en IS 'Label in English.';
COMMENT ON COLUMN code_name_source.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_name_source.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_name_source.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_name_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_name_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_name_type IS 'Kinds of name.';
COMMENT ON COLUMN code_name_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_name_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_name_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_name_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_name_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_note_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_note_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_note_type IS 'Kinds of note.';
COMMENT ON COLUMN code_note_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_note_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_note_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_note_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_note_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_organisation_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_organisation_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_organisation_type IS 'Kinds of organisation.';
COMMENT ON COLUMN code_organisation_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_organisation_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_organisation_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_organisation_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_organisation_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_party_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_party_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_party_status IS 'Whether a party still takes part.';
COMMENT ON COLUMN code_party_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_party_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_party_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_party_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_party_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_payment_method (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_payment_method PRIMARY KEY (code)
);
COMMENT ON TABLE code_payment_method IS 'Methods of payment.';
COMMENT ON COLUMN code_payment_method.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_payment_method.label_en IS 'Label in English.';
COMMENT ON COLUMN code_payment_method.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_payment_method.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_payment_method.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_payment_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_payment_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_payment_status IS 'States of a payment.';
COMMENT ON COLUMN code_payment_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_payment_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_payment_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_payment_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_payment_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_payment_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_payment_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_payment_type IS 'Kinds of payment.';
COMMENT ON COLUMN code_payment_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_payment_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_payment_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_payment_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_payment_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_position_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_position_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_position_type IS 'Kinds of position.';
COMMENT ON COLUMN code_position_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_position_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_position_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_position_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_position_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_priority (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_priority PRIMARY KEY (code)
);
COMMENT ON TABLE code_priority IS 'Priorities.';
COMMENT ON COLUMN code_priority.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_priority.label_en IS 'Label in English.';
COMMENT ON COLUMN code_priority.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_priority.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_priority.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_processing_office (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_processing_office PRIMARY KEY (code)
);
COMMENT ON TABLE code_processing_office IS 'Offices that process applications.';
COMMENT ON COLUMN code_processing_office.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_processing_office.label_en IS 'Label in English.';
COMMENT ON COLUMN code_processing_office.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_processing_office.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_processing_office.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_program (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_program PRIMARY KEY (code)
);
COMMENT ON TABLE code_program IS 'Special programs and public policies.';
COMMENT ON COLUMN code_program.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_program.label_en IS 'Label in English.';
COMMENT ON COLUMN code_program.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_program.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_program.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_reference_scheme (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_reference_scheme PRIMARY KEY (code)
);
COMMENT ON TABLE code_reference_scheme IS 'Series of numbers by which others know an application.';
COMMENT ON COLUMN code_reference_scheme.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_reference_scheme.label_en IS 'Label in English.';
COMMENT ON COLUMN code_reference_scheme.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_reference_scheme.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_reference_scheme.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_relation (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_relation PRIMARY KEY (code)
);
COMMENT ON TABLE code_relation IS 'What one person is to another.';
COMMENT ON COLUMN code_relation.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_relation.label_en IS 'Label in English.';
COMMENT ON COLUMN code_relation.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_relation.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_relation.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_relation_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_relation_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_relation_status IS 'Whether a link between persons lasts.';
COMMENT ON COLUMN code_relation_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_relation_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_relation_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_relation_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_relation_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_representative_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_representative_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_representative_type IS 'Whether a representative is paid.';
COMMENT ON COLUMN code_representative_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_representative_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_representative_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_representative_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_representative_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_resident_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_resident_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_resident_status IS 'Statuses of residence in Canada.';
COMMENT ON COLUMN code_resident_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_resident_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_resident_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_resident_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_resident_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_restriction_class (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_restriction_class PRIMARY KEY (code)
);
COMMENT ON TABLE code_restriction_class IS 'Reasons why a note is restricted.';
COMMENT ON COLUMN code_restriction_class.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_restriction_class.label_en IS 'Label in English.';
COMMENT ON COLUMN code_restriction_class.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_restriction_class.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_restriction_class.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_sex (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_sex PRIMARY KEY (code)
);
COMMENT ON TABLE code_sex IS 'Sex or gender.';
COMMENT ON COLUMN code_sex.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_sex.label_en IS 'Label in English.';
COMMENT ON COLUMN code_sex.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_sex.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_sex.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_storage (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_storage PRIMARY KEY (code)
);
COMMENT ON TABLE code_storage IS 'Whether a document is a file or a link.';
COMMENT ON COLUMN code_storage.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_storage.label_en IS 'Label in English.';
COMMENT ON COLUMN code_storage.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_storage.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_storage.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_task_type (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_task_type PRIMARY KEY (code)
);
COMMENT ON TABLE code_task_type IS 'Kinds of task.';
COMMENT ON COLUMN code_task_type.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_task_type.label_en IS 'Label in English.';
COMMENT ON COLUMN code_task_type.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_task_type.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_task_type.sort_order IS 'Place in the list, from 1.';

CREATE TABLE code_user_status (
    code VARCHAR(30) NOT NULL,
    label_en VARCHAR(200) NOT NULL,
    label_fr VARCHAR(200) NOT NULL,
    is_active BOOLEAN NOT NULL,
    sort_order INTEGER NOT NULL,
    CONSTRAINT pk_code_user_status PRIMARY KEY (code)
);
COMMENT ON TABLE code_user_status IS 'Standings of a user.';
COMMENT ON COLUMN code_user_status.code IS 'The code, independent of language.';
COMMENT ON COLUMN code_user_status.label_en IS 'Label in English.';
COMMENT ON COLUMN code_user_status.label_fr IS 'Label in French.';
COMMENT ON COLUMN code_user_status.is_active IS 'May be given to new records; old ones keep it anyway.';
COMMENT ON COLUMN code_user_status.sort_order IS 'Place in the list, from 1.';

CREATE TABLE quality_mark (
    quality_mark_id UUID NOT NULL,
    root_entity VARCHAR(63) NOT NULL,
    root_id UUID NOT NULL,
    table_name VARCHAR(63) NOT NULL,
    row_id UUID NOT NULL,
    column_name VARCHAR(63),
    kind VARCHAR(10) NOT NULL,
    rule VARCHAR(100) NOT NULL,
    original_value TEXT,
    source_table VARCHAR(128),
    source_key VARCHAR(100),
    work_item_status VARCHAR(10),
    CONSTRAINT pk_quality_mark PRIMARY KEY (quality_mark_id),
    CONSTRAINT ck_quality_mark__kind_known CHECK (kind IN ('converted', 'flagged')),
    CONSTRAINT ck_quality_mark__work_item_status_known CHECK (work_item_status IN ('open', 'closed')),
    CONSTRAINT ck_quality_mark__flag_asks_for_work CHECK ((kind = 'flagged') = (work_item_status IS NOT NULL))
);
CREATE INDEX ix_quality_mark__root_id ON quality_mark (root_id);
CREATE INDEX ix_quality_mark__row_id ON quality_mark (row_id);
CREATE INDEX ix_quality_mark__rule_work_item_status ON quality_mark (rule, work_item_status);
COMMENT ON TABLE quality_mark IS 'A mark on a row: a value was converted by a declared rule, or is doubtful and a person has to look.';
COMMENT ON COLUMN quality_mark.quality_mark_id IS 'Identity of the row.';
COMMENT ON COLUMN quality_mark.root_entity IS 'Entity of the aggregate in which the marked row travels.';
COMMENT ON COLUMN quality_mark.root_id IS 'Identity of the aggregate''s leading row.';
COMMENT ON COLUMN quality_mark.table_name IS 'Table of the marked row.';
COMMENT ON COLUMN quality_mark.row_id IS 'Identity of the marked row.';
COMMENT ON COLUMN quality_mark.column_name IS 'Column that the mark is about; empty where it is about the whole row.';
COMMENT ON COLUMN quality_mark.kind IS 'converted: changed by a declared rule; flagged: loaded as it is, and doubtful.';
COMMENT ON COLUMN quality_mark.rule IS 'Name of the rule that made the mark.';
COMMENT ON COLUMN quality_mark.original_value IS 'The value as it was found, where it was changed or where the doubt needs it.';
COMMENT ON COLUMN quality_mark.source_table IS 'Table of the system of origin in which the value was found.';
COMMENT ON COLUMN quality_mark.source_key IS 'Key of the row of the system of origin.';
COMMENT ON COLUMN quality_mark.work_item_status IS 'State of the work that a flag asks for: open or closed; empty for a conversion.';

CREATE TABLE user_account (
    user_account_id UUID NOT NULL,
    login VARCHAR(50),
    login_domain VARCHAR(50),
    status_code VARCHAR(30) NOT NULL,
    status_as_recorded VARCHAR(30),
    family_name VARCHAR(50),
    given_name VARCHAR(50),
    job_title VARCHAR(75),
    email VARCHAR(350),
    last_login_at TIMESTAMP WITH TIME ZONE,
    external_key VARCHAR(30) NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE,
    changed_by_id UUID,
    CONSTRAINT pk_user_account PRIMARY KEY (user_account_id),
    CONSTRAINT uq_user_account__external_key UNIQUE (external_key),
    CONSTRAINT fk_user_account__status_code FOREIGN KEY(status_code) REFERENCES code_user_status (code),
    CONSTRAINT fk_user_account__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_user_account__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_user_account__login ON user_account (login);
COMMENT ON TABLE user_account IS 'A user of the department''s systems; one of whom only references are left is kept as a former user.';
COMMENT ON COLUMN user_account.user_account_id IS 'Identity of the row.';
COMMENT ON COLUMN user_account.login IS 'Login name; empty for a former user of whom only the key is known.';
COMMENT ON COLUMN user_account.login_domain IS 'Domain of the login name.';
COMMENT ON COLUMN user_account.status_code IS 'Active, inactive or former.';
COMMENT ON COLUMN user_account.status_as_recorded IS 'Standing of the login, as written by the office.';
COMMENT ON COLUMN user_account.family_name IS 'Family name of the officer.';
COMMENT ON COLUMN user_account.given_name IS 'Given names of the officer.';
COMMENT ON COLUMN user_account.job_title IS 'Job title of the officer.';
COMMENT ON COLUMN user_account.email IS 'Work e-mail address.';
COMMENT ON COLUMN user_account.last_login_at IS 'When the user last signed in. UTC.';
COMMENT ON COLUMN user_account.external_key IS 'Key of the user in the system of origin; for a former user all that is left.';
COMMENT ON COLUMN user_account.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN user_account.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN user_account.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN user_account.changed_by_id IS 'Who last changed the record.';

CREATE TABLE household (
    household_id UUID NOT NULL,
    name VARCHAR(100),
    type VARCHAR(30),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_household PRIMARY KEY (household_id),
    CONSTRAINT fk_household__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_household__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
COMMENT ON TABLE household IS 'A household: persons who live or apply together.';
COMMENT ON COLUMN household.household_id IS 'Identity of the row.';
COMMENT ON COLUMN household.name IS 'Name of the household.';
COMMENT ON COLUMN household.type IS 'Type of group, as written by the office.';
COMMENT ON COLUMN household.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN household.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN household.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN household.changed_by_id IS 'Who last changed the record.';

CREATE TABLE office (
    office_id UUID NOT NULL,
    name VARCHAR(100) NOT NULL,
    parent_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_office PRIMARY KEY (office_id),
    CONSTRAINT ck_office__not_its_own_parent CHECK (parent_id <> office_id),
    CONSTRAINT fk_office__parent_id FOREIGN KEY(parent_id) REFERENCES office (office_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_office__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_office__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
COMMENT ON TABLE office IS 'An organisational unit of the department that owns records and decides who sees them.';
COMMENT ON COLUMN office.office_id IS 'Identity of the row.';
COMMENT ON COLUMN office.name IS 'Name of the office.';
COMMENT ON COLUMN office.parent_id IS 'The office above.';
COMMENT ON COLUMN office.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN office.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN office.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN office.changed_by_id IS 'Who last changed the record.';

CREATE TABLE code_value (
    code_value_id UUID NOT NULL,
    list VARCHAR(30) NOT NULL,
    code VARCHAR(50) NOT NULL,
    label VARCHAR(50) NOT NULL,
    language VARCHAR(15) NOT NULL,
    short_code VARCHAR(30),
    parent_id UUID,
    owning_office_id UUID,
    sort_order NUMERIC(22, 7),
    is_active BOOLEAN NOT NULL,
    sub_type VARCHAR(30),
    high VARCHAR(100),
    low VARCHAR(100),
    target_high NUMERIC(22, 7),
    target_low NUMERIC(22, 7),
    weight NUMERIC(22, 7),
    description VARCHAR(255),
    external_key VARCHAR(30),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_code_value PRIMARY KEY (code_value_id),
    CONSTRAINT ck_code_value__not_its_own_parent CHECK (parent_id <> code_value_id),
    CONSTRAINT fk_code_value__parent_id FOREIGN KEY(parent_id) REFERENCES code_value (code_value_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_code_value__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_code_value__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_code_value__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_code_value__list_code ON code_value (list, code);
CREATE INDEX ix_code_value__parent_id ON code_value (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE code_value IS 'A value of a list of the system of origin in one language. The platform''s own codes are in code tables.';
COMMENT ON COLUMN code_value.code_value_id IS 'Identity of the row.';
COMMENT ON COLUMN code_value.list IS 'Name of the list.';
COMMENT ON COLUMN code_value.code IS 'Code of the value, independent of language.';
COMMENT ON COLUMN code_value.label IS 'The value as officers saw it.';
COMMENT ON COLUMN code_value.language IS 'Language of the label, as coded by the system of origin.';
COMMENT ON COLUMN code_value.short_code IS 'Second code of the value.';
COMMENT ON COLUMN code_value.parent_id IS 'The value above, which gives this one its meaning.';
COMMENT ON COLUMN code_value.owning_office_id IS 'Office that owns the value.';
COMMENT ON COLUMN code_value.sort_order IS 'Place of the value in its list.';
COMMENT ON COLUMN code_value.is_active IS 'The value may still be chosen; old records keep values that may not.';
COMMENT ON COLUMN code_value.sub_type IS 'Group within the list.';
COMMENT ON COLUMN code_value.high IS 'Upper bound or other property of the value.';
COMMENT ON COLUMN code_value.low IS 'Lower bound or other property of the value.';
COMMENT ON COLUMN code_value.target_high IS 'Upper target of the value.';
COMMENT ON COLUMN code_value.target_low IS 'Lower target of the value.';
COMMENT ON COLUMN code_value.weight IS 'Weight of the value.';
COMMENT ON COLUMN code_value.description IS 'What the value means.';
COMMENT ON COLUMN code_value.external_key IS 'Key of the value in another system.';
COMMENT ON COLUMN code_value.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN code_value.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN code_value.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN code_value.changed_by_id IS 'Who last changed the record.';

CREATE TABLE organisation (
    organisation_id UUID NOT NULL,
    name VARCHAR(100) NOT NULL,
    location VARCHAR(50),
    number VARCHAR(50),
    type_code VARCHAR(30),
    is_internal BOOLEAN NOT NULL,
    parent_id UUID,
    owning_office_id UUID,
    external_key VARCHAR(30),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_organisation PRIMARY KEY (organisation_id),
    CONSTRAINT ck_organisation__not_its_own_parent CHECK (parent_id <> organisation_id),
    CONSTRAINT fk_organisation__type_code FOREIGN KEY(type_code) REFERENCES code_organisation_type (code),
    CONSTRAINT fk_organisation__parent_id FOREIGN KEY(parent_id) REFERENCES organisation (organisation_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_organisation__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_organisation__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_organisation__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_organisation__parent_id ON organisation (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE organisation IS 'A law firm, employer, school, governing body or partner.';
COMMENT ON COLUMN organisation.organisation_id IS 'Identity of the row.';
COMMENT ON COLUMN organisation.name IS 'Name of the organisation.';
COMMENT ON COLUMN organisation.location IS 'Site that tells apart organisations of one name.';
COMMENT ON COLUMN organisation.number IS 'Number of the organisation.';
COMMENT ON COLUMN organisation.type_code IS 'Kind of organisation.';
COMMENT ON COLUMN organisation.is_internal IS 'The organisation is a part of the department.';
COMMENT ON COLUMN organisation.parent_id IS 'The organisation above.';
COMMENT ON COLUMN organisation.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN organisation.external_key IS 'Key of the organisation in another system.';
COMMENT ON COLUMN organisation.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN organisation.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN organisation.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN organisation.changed_by_id IS 'Who last changed the record.';

CREATE TABLE organisation_address (
    organisation_address_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    use_code VARCHAR(30),
    name VARCHAR(100),
    line_1 VARCHAR(200),
    line_2 VARCHAR(100),
    line_3 VARCHAR(100),
    line_4 VARCHAR(100),
    line_5 VARCHAR(100),
    city VARCHAR(100),
    county VARCHAR(50),
    province VARCHAR(50),
    province_short VARCHAR(10),
    postal_code VARCHAR(30),
    country_code VARCHAR(30),
    valid_from DATE,
    valid_to DATE,
    is_active BOOLEAN,
    is_primary BOOLEAN NOT NULL,
    as_recorded TEXT,
    CONSTRAINT pk_organisation_address PRIMARY KEY (organisation_address_id),
    CONSTRAINT fk_organisation_address__organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_organisation_address__use_code FOREIGN KEY(use_code) REFERENCES code_address_use (code),
    CONSTRAINT fk_organisation_address__country_code FOREIGN KEY(country_code) REFERENCES code_country (code)
);
CREATE INDEX ix_organisation_address__organisation_id ON organisation_address (organisation_id);
COMMENT ON TABLE organisation_address IS 'An address of an organisation.';
COMMENT ON COLUMN organisation_address.organisation_address_id IS 'Identity of the row.';
COMMENT ON COLUMN organisation_address.organisation_id IS 'The organisation to which this row belongs.';
COMMENT ON COLUMN organisation_address.use_code IS 'What the address is used for.';
COMMENT ON COLUMN organisation_address.name IS 'Name given to the address.';
COMMENT ON COLUMN organisation_address.line_1 IS 'First line: number and street, or the whole address.';
COMMENT ON COLUMN organisation_address.line_2 IS 'Second line.';
COMMENT ON COLUMN organisation_address.line_3 IS 'Third line.';
COMMENT ON COLUMN organisation_address.line_4 IS 'Fourth line.';
COMMENT ON COLUMN organisation_address.line_5 IS 'Fifth line.';
COMMENT ON COLUMN organisation_address.city IS 'City or place.';
COMMENT ON COLUMN organisation_address.county IS 'County or district.';
COMMENT ON COLUMN organisation_address.province IS 'Province or state, in full where it was written in full.';
COMMENT ON COLUMN organisation_address.province_short IS 'Province or state in its short form.';
COMMENT ON COLUMN organisation_address.postal_code IS 'Postal code, as written when its shape is unknown.';
COMMENT ON COLUMN organisation_address.country_code IS 'Country of the address.';
COMMENT ON COLUMN organisation_address.valid_from IS 'First day on which the address is good.';
COMMENT ON COLUMN organisation_address.valid_to IS 'Last day on which the address is good; empty while it is in use.';
COMMENT ON COLUMN organisation_address.is_active IS 'The address is in use.';
COMMENT ON COLUMN organisation_address.is_primary IS 'The address that the department uses first.';
COMMENT ON COLUMN organisation_address.as_recorded IS 'The address as it was typed, where a part of it was converted.';

CREATE TABLE organisation_contact_point (
    organisation_contact_point_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    medium_code VARCHAR(30) NOT NULL,
    use_code VARCHAR(30),
    label VARCHAR(50),
    value VARCHAR(350) NOT NULL,
    e164 VARCHAR(16),
    extension VARCHAR(20),
    is_primary BOOLEAN NOT NULL,
    CONSTRAINT pk_organisation_contact_point PRIMARY KEY (organisation_contact_point_id),
    CONSTRAINT ck_organisation_contact_point__e164_shape CHECK (e164 ~ '^\+[1-9][0-9]{6,14}$'),
    CONSTRAINT fk_organisation_contact_point__organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_organisation_contact_point__medium_code FOREIGN KEY(medium_code) REFERENCES code_contact_medium (code),
    CONSTRAINT fk_organisation_contact_point__use_code FOREIGN KEY(use_code) REFERENCES code_contact_use (code)
);
CREATE INDEX ix_organisation_contact_point__organisation_id ON organisation_contact_point (organisation_id);
COMMENT ON TABLE organisation_contact_point IS 'A telephone number or e-mail address of an organisation.';
COMMENT ON COLUMN organisation_contact_point.organisation_contact_point_id IS 'Identity of the row.';
COMMENT ON COLUMN organisation_contact_point.organisation_id IS 'The organisation to which this row belongs.';
COMMENT ON COLUMN organisation_contact_point.medium_code IS 'Telephone, fax or e-mail.';
COMMENT ON COLUMN organisation_contact_point.use_code IS 'Home, work, mobile or other.';
COMMENT ON COLUMN organisation_contact_point.label IS 'Name given to the contact point.';
COMMENT ON COLUMN organisation_contact_point.value IS 'The number or address as it was typed, extension included.';
COMMENT ON COLUMN organisation_contact_point.e164 IS 'The telephone number in international form (ITU-T E.164), only where the reading is sure.';
COMMENT ON COLUMN organisation_contact_point.extension IS 'Extension of the telephone number, only where the reading is sure.';
COMMENT ON COLUMN organisation_contact_point.is_primary IS 'The contact point that the department uses first.';

CREATE TABLE position (
    position_id UUID NOT NULL,
    name VARCHAR(50) NOT NULL,
    type_code VARCHAR(30),
    organisation_id UUID,
    parent_id UUID,
    holder_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_position PRIMARY KEY (position_id),
    CONSTRAINT ck_position__not_its_own_parent CHECK (parent_id <> position_id),
    CONSTRAINT fk_position__type_code FOREIGN KEY(type_code) REFERENCES code_position_type (code),
    CONSTRAINT fk_position__organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_position__parent_id FOREIGN KEY(parent_id) REFERENCES position (position_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_position__holder_id FOREIGN KEY(holder_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_position__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_position__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_position__organisation_id ON position (organisation_id) WHERE organisation_id IS NOT NULL;
COMMENT ON TABLE position IS 'A seat in the department that users hold one after the other; access follows the seat.';
COMMENT ON COLUMN position.position_id IS 'Identity of the row.';
COMMENT ON COLUMN position.name IS 'Name of the position.';
COMMENT ON COLUMN position.type_code IS 'Kind of position.';
COMMENT ON COLUMN position.organisation_id IS 'Organisation to which the position belongs.';
COMMENT ON COLUMN position.parent_id IS 'The position above.';
COMMENT ON COLUMN position.holder_id IS 'The user who holds the position first.';
COMMENT ON COLUMN position.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN position.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN position.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN position.changed_by_id IS 'Who last changed the record.';

CREATE TABLE person (
    person_id UUID NOT NULL,
    sex_code VARCHAR(30),
    marital_status_code VARCHAR(30),
    marital_status_since DATE,
    birth_place VARCHAR(100),
    birth_country_code VARCHAR(30),
    nationality_code VARCHAR(30),
    died_on DATE,
    is_single_name BOOLEAN,
    mother_maiden_name VARCHAR(50),
    resident_status_code VARCHAR(30),
    ethnicity VARCHAR(30),
    race VARCHAR(30),
    eye_colour VARCHAR(30),
    hair_colour VARCHAR(30),
    height VARCHAR(20),
    height_unit VARCHAR(30),
    weight VARCHAR(20),
    weight_unit VARCHAR(30),
    occupation VARCHAR(50),
    job_title VARCHAR(75),
    preferred_language_code VARCHAR(30),
    preferred_contact_method VARCHAR(30),
    client_status_code VARCHAR(30),
    record_status VARCHAR(30),
    record_status_reason VARCHAR(30),
    is_active BOOLEAN NOT NULL,
    is_private BOOLEAN,
    is_suspect BOOLEAN,
    is_on_watch_list BOOLEAN,
    is_restricted BOOLEAN NOT NULL,
    has_legal_hold BOOLEAN NOT NULL,
    promoted_at TIMESTAMP WITH TIME ZONE,
    owning_office_id UUID,
    responsible_position_id UUID,
    merged_into_id UUID,
    external_key VARCHAR(30),
    remarks VARCHAR(255),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_person PRIMARY KEY (person_id),
    CONSTRAINT ck_person__not_merged_into_itself CHECK (merged_into_id <> person_id),
    CONSTRAINT fk_person__sex_code FOREIGN KEY(sex_code) REFERENCES code_sex (code),
    CONSTRAINT fk_person__marital_status_code FOREIGN KEY(marital_status_code) REFERENCES code_marital_status (code),
    CONSTRAINT fk_person__birth_country_code FOREIGN KEY(birth_country_code) REFERENCES code_country (code),
    CONSTRAINT fk_person__nationality_code FOREIGN KEY(nationality_code) REFERENCES code_country (code),
    CONSTRAINT fk_person__resident_status_code FOREIGN KEY(resident_status_code) REFERENCES code_resident_status (code),
    CONSTRAINT fk_person__preferred_language_code FOREIGN KEY(preferred_language_code) REFERENCES code_language (code),
    CONSTRAINT fk_person__client_status_code FOREIGN KEY(client_status_code) REFERENCES code_client_status (code),
    CONSTRAINT fk_person__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_person__responsible_position_id FOREIGN KEY(responsible_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_person__merged_into_id FOREIGN KEY(merged_into_id) REFERENCES person (person_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_person__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_person__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_person__merged_into_id ON person (merged_into_id) WHERE merged_into_id IS NOT NULL;
COMMENT ON TABLE person IS 'A natural person known to the department as a client: one row for each record, duplicates included.';
COMMENT ON COLUMN person.person_id IS 'Identity of the row.';
COMMENT ON COLUMN person.sex_code IS 'Sex or gender as recorded by the department.';
COMMENT ON COLUMN person.marital_status_code IS 'Marital status as last declared.';
COMMENT ON COLUMN person.marital_status_since IS 'Date from which the marital status holds.';
COMMENT ON COLUMN person.birth_place IS 'City or place of birth, as written.';
COMMENT ON COLUMN person.birth_country_code IS 'Country of birth, historic countries kept.';
COMMENT ON COLUMN person.nationality_code IS 'Nationality as recorded beside the list of citizenships.';
COMMENT ON COLUMN person.died_on IS 'Date of death.';
COMMENT ON COLUMN person.is_single_name IS 'The person is known by one name only, which is then the family name.';
COMMENT ON COLUMN person.mother_maiden_name IS 'Family name at birth of the person''s mother.';
COMMENT ON COLUMN person.resident_status_code IS 'Status of residence in Canada.';
COMMENT ON COLUMN person.ethnicity IS 'Ethnic origin as declared; only for the measurement of fairness.';
COMMENT ON COLUMN person.race IS 'Race as declared; only for the measurement of fairness.';
COMMENT ON COLUMN person.eye_colour IS 'Colour of eyes, as written.';
COMMENT ON COLUMN person.hair_colour IS 'Colour of hair, as written.';
COMMENT ON COLUMN person.height IS 'Height, as written, in the unit beside it.';
COMMENT ON COLUMN person.height_unit IS 'Unit of the height, as written.';
COMMENT ON COLUMN person.weight IS 'Weight, as written, in the unit beside it.';
COMMENT ON COLUMN person.weight_unit IS 'Unit of the weight, as written.';
COMMENT ON COLUMN person.occupation IS 'Occupation as declared.';
COMMENT ON COLUMN person.job_title IS 'Job title as declared.';
COMMENT ON COLUMN person.preferred_language_code IS 'Language in which the person wishes to be served.';
COMMENT ON COLUMN person.preferred_contact_method IS 'How the person wishes to be contacted, as written by the office.';
COMMENT ON COLUMN person.client_status_code IS 'Standing of the client.';
COMMENT ON COLUMN person.record_status IS 'State of the client record, as written by the office.';
COMMENT ON COLUMN person.record_status_reason IS 'Reason for the state of the record, as written by the office.';
COMMENT ON COLUMN person.is_active IS 'The client record is in use.';
COMMENT ON COLUMN person.is_private IS 'The record is shown to its owners only.';
COMMENT ON COLUMN person.is_suspect IS 'The person is under suspicion; shown to authorized officers only.';
COMMENT ON COLUMN person.is_on_watch_list IS 'The person is on a watch list; shown to authorized officers only.';
COMMENT ON COLUMN person.is_restricted IS 'The whole record is restricted to authorized officers.';
COMMENT ON COLUMN person.has_legal_hold IS 'Nothing of this person may be destroyed while this is true.';
COMMENT ON COLUMN person.promoted_at IS 'When the record was taken over from the department''s previous system. UTC.';
COMMENT ON COLUMN person.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN person.responsible_position_id IS 'Position that is responsible for the record.';
COMMENT ON COLUMN person.merged_into_id IS 'The record that goes on for this person after a merge.';
COMMENT ON COLUMN person.external_key IS 'Key of the person in another system.';
COMMENT ON COLUMN person.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN person.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN person.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN person.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN person.changed_by_id IS 'Who last changed the record.';

CREATE TABLE position_holder (
    position_holder_id UUID NOT NULL,
    position_id UUID NOT NULL,
    user_account_id UUID NOT NULL,
    held_from_at TIMESTAMP WITH TIME ZONE,
    held_to_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_position_holder PRIMARY KEY (position_holder_id),
    CONSTRAINT fk_position_holder__position_id FOREIGN KEY(position_id) REFERENCES position (position_id),
    CONSTRAINT fk_position_holder__user_account_id FOREIGN KEY(user_account_id) REFERENCES user_account (user_account_id)
);
CREATE INDEX ix_position_holder__position_id ON position_holder (position_id);
COMMENT ON TABLE position_holder IS 'A user who holds or held a position.';
COMMENT ON COLUMN position_holder.position_holder_id IS 'Identity of the row.';
COMMENT ON COLUMN position_holder.position_id IS 'The position to which this row belongs.';
COMMENT ON COLUMN position_holder.user_account_id IS 'The user.';
COMMENT ON COLUMN position_holder.held_from_at IS 'From when the user held the position. UTC.';
COMMENT ON COLUMN position_holder.held_to_at IS 'Until when the user held the position; empty while it lasts. UTC.';

CREATE TABLE representative (
    representative_id UUID NOT NULL,
    party_number VARCHAR(100),
    family_name VARCHAR(100),
    given_name VARCHAR(100),
    middle_name VARCHAR(50),
    title VARCHAR(15),
    suffix VARCHAR(15),
    organisation_id UUID,
    job_title VARCHAR(75),
    occupation VARCHAR(50),
    preferred_language_code VARCHAR(30),
    preferred_contact_method VARCHAR(30),
    record_status VARCHAR(30),
    record_status_reason VARCHAR(30),
    is_active BOOLEAN NOT NULL,
    is_private BOOLEAN,
    is_restricted BOOLEAN NOT NULL,
    has_legal_hold BOOLEAN NOT NULL,
    owning_office_id UUID,
    responsible_position_id UUID,
    external_key VARCHAR(30),
    remarks VARCHAR(255),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_representative PRIMARY KEY (representative_id),
    CONSTRAINT fk_representative__organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_representative__preferred_language_code FOREIGN KEY(preferred_language_code) REFERENCES code_language (code),
    CONSTRAINT fk_representative__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_representative__responsible_position_id FOREIGN KEY(responsible_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_representative__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_representative__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_representative__organisation_id ON representative (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX ix_representative__party_number ON representative (party_number);
COMMENT ON TABLE representative IS 'A person who acts for clients. Authority is given for each application apart.';
COMMENT ON COLUMN representative.representative_id IS 'Identity of the row.';
COMMENT ON COLUMN representative.party_number IS 'Party ID given by the department.';
COMMENT ON COLUMN representative.family_name IS 'Family name, or the single name.';
COMMENT ON COLUMN representative.given_name IS 'Given names.';
COMMENT ON COLUMN representative.middle_name IS 'Middle name where it was recorded apart.';
COMMENT ON COLUMN representative.title IS 'Form of address before the name.';
COMMENT ON COLUMN representative.suffix IS 'What follows the name.';
COMMENT ON COLUMN representative.organisation_id IS 'Firm for which the representative works.';
COMMENT ON COLUMN representative.job_title IS 'Job title in the firm.';
COMMENT ON COLUMN representative.occupation IS 'Occupation as declared.';
COMMENT ON COLUMN representative.preferred_language_code IS 'Language in which the representative wishes to be served.';
COMMENT ON COLUMN representative.preferred_contact_method IS 'How the representative wishes to be contacted, as written by the office.';
COMMENT ON COLUMN representative.record_status IS 'State of the record, as written by the office.';
COMMENT ON COLUMN representative.record_status_reason IS 'Reason for the state of the record, as written by the office.';
COMMENT ON COLUMN representative.is_active IS 'The record is in use.';
COMMENT ON COLUMN representative.is_private IS 'The record is shown to its owners only.';
COMMENT ON COLUMN representative.is_restricted IS 'The whole record is restricted to authorized officers.';
COMMENT ON COLUMN representative.has_legal_hold IS 'Nothing of this record may be destroyed while this is true.';
COMMENT ON COLUMN representative.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN representative.responsible_position_id IS 'Position that is responsible for the record.';
COMMENT ON COLUMN representative.external_key IS 'Key of the representative in another system.';
COMMENT ON COLUMN representative.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN representative.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN representative.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN representative.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN representative.changed_by_id IS 'Who last changed the record.';

CREATE TABLE application (
    application_id UUID NOT NULL,
    number VARCHAR(30) NOT NULL,
    is_temporary_number BOOLEAN NOT NULL,
    title VARCHAR(100),
    type_code VARCHAR(30) NOT NULL,
    sub_type VARCHAR(30),
    line_of_business_code VARCHAR(30) NOT NULL,
    category_code VARCHAR(30),
    status_code VARCHAR(30) NOT NULL,
    status_reason_code VARCHAR(30),
    status_changed_at TIMESTAMP WITH TIME ZONE,
    stage_code VARCHAR(30),
    decision_code VARCHAR(30),
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by_id UUID,
    received_on DATE NOT NULL,
    received_channel_code VARCHAR(30),
    lock_in_on DATE,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    due_at TIMESTAMP WITH TIME ZONE,
    priority_code VARCHAR(30),
    severity VARCHAR(30),
    origin VARCHAR(30),
    territory VARCHAR(30),
    applicant_id UUID NOT NULL,
    organisation_id UUID,
    applicant_uci_at_intake VARCHAR(20),
    client_count INTEGER,
    visa_count INTEGER,
    owner_id UUID,
    owning_office_id UUID,
    owning_position_id UUID,
    primary_office_code VARCHAR(30),
    correspondence_language_code VARCHAR(30),
    interview_language_code VARCHAR(30),
    cost_recovery_code VARCHAR(30),
    permanent_residence_fee_code VARCHAR(30),
    is_overpaid BOOLEAN,
    is_restricted BOOLEAN NOT NULL,
    has_legal_hold BOOLEAN NOT NULL,
    retention_due_on DATE,
    disposition_code VARCHAR(30),
    destination_city VARCHAR(100),
    destination_province VARCHAR(30),
    is_quebec_selected BOOLEAN,
    quebec_certificate_number VARCHAR(50),
    quebec_certificate_expires_on DATE,
    employment_file_number VARCHAR(50),
    settlement_funds NUMERIC(22, 7),
    external_key VARCHAR(30),
    summary VARCHAR(255),
    remarks VARCHAR(1500),
    further_remarks VARCHAR(255),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_application PRIMARY KEY (application_id),
    CONSTRAINT ck_application__client_count_not_negative CHECK (client_count >= 0),
    CONSTRAINT ck_application__visa_count_not_negative CHECK (visa_count >= 0),
    CONSTRAINT fk_application__type_code FOREIGN KEY(type_code) REFERENCES code_application_type (code),
    CONSTRAINT fk_application__line_of_business_code FOREIGN KEY(line_of_business_code) REFERENCES code_line_of_business (code),
    CONSTRAINT fk_application__category_code FOREIGN KEY(category_code) REFERENCES code_category (code),
    CONSTRAINT fk_application__status_code FOREIGN KEY(status_code) REFERENCES code_application_status (code),
    CONSTRAINT fk_application__status_reason_code FOREIGN KEY(status_reason_code) REFERENCES code_application_reason (code),
    CONSTRAINT fk_application__stage_code FOREIGN KEY(stage_code) REFERENCES code_application_stage (code),
    CONSTRAINT fk_application__decision_code FOREIGN KEY(decision_code) REFERENCES code_decision (code),
    CONSTRAINT fk_application__decided_by_id FOREIGN KEY(decided_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_application__received_channel_code FOREIGN KEY(received_channel_code) REFERENCES code_channel (code),
    CONSTRAINT fk_application__priority_code FOREIGN KEY(priority_code) REFERENCES code_priority (code),
    CONSTRAINT fk_application__applicant_id FOREIGN KEY(applicant_id) REFERENCES person (person_id),
    CONSTRAINT fk_application__organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_application__owner_id FOREIGN KEY(owner_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_application__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_application__owning_position_id FOREIGN KEY(owning_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_application__primary_office_code FOREIGN KEY(primary_office_code) REFERENCES code_processing_office (code),
    CONSTRAINT fk_application__correspondence_language_code FOREIGN KEY(correspondence_language_code) REFERENCES code_language (code),
    CONSTRAINT fk_application__interview_language_code FOREIGN KEY(interview_language_code) REFERENCES code_language (code),
    CONSTRAINT fk_application__cost_recovery_code FOREIGN KEY(cost_recovery_code) REFERENCES code_cost_recovery (code),
    CONSTRAINT fk_application__permanent_residence_fee_code FOREIGN KEY(permanent_residence_fee_code) REFERENCES code_fee_state (code),
    CONSTRAINT fk_application__disposition_code FOREIGN KEY(disposition_code) REFERENCES code_disposition (code),
    CONSTRAINT fk_application__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_application__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_application__applicant_id ON application (applicant_id);
CREATE INDEX ix_application__number ON application (number);
CREATE INDEX ix_application__organisation_id ON application (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX ix_application__owner_id ON application (owner_id);
CREATE INDEX ix_application__received_on ON application (received_on);
CREATE INDEX ix_application__status_code_line_of_business_code ON application (status_code, line_of_business_code);
COMMENT ON TABLE application IS 'An application for a visa, permit, status, citizenship or passport, or an investigation.';
COMMENT ON COLUMN application.application_id IS 'Identity of the row.';
COMMENT ON COLUMN application.number IS 'Application number as officers and clients know it; it may change once, from temporary to final.';
COMMENT ON COLUMN application.is_temporary_number IS 'The number is a temporary one: it begins with X.';
COMMENT ON COLUMN application.title IS 'Short title.';
COMMENT ON COLUMN application.type_code IS 'Application or investigation.';
COMMENT ON COLUMN application.sub_type IS 'Closer type, as written by the office.';
COMMENT ON COLUMN application.line_of_business_code IS 'Line of business.';
COMMENT ON COLUMN application.category_code IS 'Category within the line of business.';
COMMENT ON COLUMN application.status_code IS 'Open or closed.';
COMMENT ON COLUMN application.status_reason_code IS 'Why the application stands where it stands.';
COMMENT ON COLUMN application.status_changed_at IS 'When the status last changed. UTC.';
COMMENT ON COLUMN application.stage_code IS 'Stage of processing.';
COMMENT ON COLUMN application.decision_code IS 'Final decision.';
COMMENT ON COLUMN application.decided_at IS 'When the final decision was made. UTC.';
COMMENT ON COLUMN application.decided_by_id IS 'Who made the final decision.';
COMMENT ON COLUMN application.received_on IS 'Date of receipt; never moves, processing times count from it.';
COMMENT ON COLUMN application.received_channel_code IS 'How the application came in.';
COMMENT ON COLUMN application.lock_in_on IS 'Date that fixes the age of children and the rules in force; never moves.';
COMMENT ON COLUMN application.opened_at IS 'When the file was opened. UTC.';
COMMENT ON COLUMN application.closed_at IS 'When the file was closed. UTC.';
COMMENT ON COLUMN application.due_at IS 'When the file is due. UTC.';
COMMENT ON COLUMN application.priority_code IS 'Priority.';
COMMENT ON COLUMN application.severity IS 'Severity, as written by the office.';
COMMENT ON COLUMN application.origin IS 'Origin of the file, as written by the office.';
COMMENT ON COLUMN application.territory IS 'Territory, as written by the office.';
COMMENT ON COLUMN application.applicant_id IS 'The principal applicant.';
COMMENT ON COLUMN application.organisation_id IS 'Employer, school or sponsoring body.';
COMMENT ON COLUMN application.applicant_uci_at_intake IS 'The applicant''s UCI as copied when the file was opened; it is not kept up to date.';
COMMENT ON COLUMN application.client_count IS 'Number of clients, as counted by the office.';
COMMENT ON COLUMN application.visa_count IS 'Number of visas that may be issued.';
COMMENT ON COLUMN application.owner_id IS 'The officer who owns the file.';
COMMENT ON COLUMN application.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN application.owning_position_id IS 'Position that owns the file.';
COMMENT ON COLUMN application.primary_office_code IS 'Office that processes the application.';
COMMENT ON COLUMN application.correspondence_language_code IS 'Language of letters.';
COMMENT ON COLUMN application.interview_language_code IS 'Language of interviews.';
COMMENT ON COLUMN application.cost_recovery_code IS 'State of the processing fee.';
COMMENT ON COLUMN application.permanent_residence_fee_code IS 'State of the right of permanent residence fee (RPRF).';
COMMENT ON COLUMN application.is_overpaid IS 'More was paid than was due.';
COMMENT ON COLUMN application.is_restricted IS 'The file holds restricted notes.';
COMMENT ON COLUMN application.has_legal_hold IS 'Nothing of this application may be destroyed while this is true.';
COMMENT ON COLUMN application.retention_due_on IS 'Date on which the file is to be disposed of, unless it has a legal hold.';
COMMENT ON COLUMN application.disposition_code IS 'What is to become of the file then.';
COMMENT ON COLUMN application.destination_city IS 'City of destination in Canada.';
COMMENT ON COLUMN application.destination_province IS 'Province of destination in Canada, as written.';
COMMENT ON COLUMN application.is_quebec_selected IS 'The applicant was selected by Québec.';
COMMENT ON COLUMN application.quebec_certificate_number IS 'Number of the Québec selection certificate (CSQ).';
COMMENT ON COLUMN application.quebec_certificate_expires_on IS 'Last day of validity of the Québec selection certificate.';
COMMENT ON COLUMN application.employment_file_number IS 'File number of the employment department (HRSDC), before 2013.';
COMMENT ON COLUMN application.settlement_funds IS 'Money that the applicant brings, in Canadian dollars.';
COMMENT ON COLUMN application.external_key IS 'Key of the application in another system.';
COMMENT ON COLUMN application.summary IS 'What the application is about.';
COMMENT ON COLUMN application.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN application.further_remarks IS 'Further remarks of the office.';
COMMENT ON COLUMN application.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN application.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application.changed_by_id IS 'Who last changed the record.';

CREATE TABLE household_member (
    household_member_id UUID NOT NULL,
    person_id UUID NOT NULL,
    household_id UUID NOT NULL,
    role_code VARCHAR(30),
    relation_detail VARCHAR(30),
    title VARCHAR(100),
    joined_at TIMESTAMP WITH TIME ZONE,
    left_at TIMESTAMP WITH TIME ZONE,
    remarks VARCHAR(255),
    CONSTRAINT pk_household_member PRIMARY KEY (household_member_id),
    CONSTRAINT fk_household_member__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_household_member__household_id FOREIGN KEY(household_id) REFERENCES household (household_id),
    CONSTRAINT fk_household_member__role_code FOREIGN KEY(role_code) REFERENCES code_household_role (code)
);
CREATE INDEX ix_household_member__household_id ON household_member (household_id);
CREATE INDEX ix_household_member__person_id ON household_member (person_id);
COMMENT ON TABLE household_member IS 'A person''s place in a household.';
COMMENT ON COLUMN household_member.household_member_id IS 'Identity of the row.';
COMMENT ON COLUMN household_member.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN household_member.household_id IS 'The household.';
COMMENT ON COLUMN household_member.role_code IS 'The person''s part in the household.';
COMMENT ON COLUMN household_member.relation_detail IS 'Closer description of the part, as written by the office.';
COMMENT ON COLUMN household_member.title IS 'The person''s title in the household.';
COMMENT ON COLUMN household_member.joined_at IS 'When the person joined. UTC.';
COMMENT ON COLUMN household_member.left_at IS 'When the person left; empty while the person belongs to it. UTC.';
COMMENT ON COLUMN household_member.remarks IS 'Remarks of the office.';

CREATE TABLE identity_document (
    identity_document_id UUID NOT NULL,
    person_id UUID NOT NULL,
    register_code VARCHAR(30) NOT NULL,
    type_code VARCHAR(30) NOT NULL,
    number VARCHAR(100) NOT NULL,
    number_as_typed VARCHAR(100),
    issuing_country_code VARCHAR(30),
    status_code VARCHAR(30),
    issued_on DATE,
    expires_on DATE,
    is_primary BOOLEAN,
    family_name VARCHAR(50),
    given_name VARCHAR(50),
    birth_date_as_printed VARCHAR(10),
    sex_as_printed VARCHAR(1),
    mrz_line_1 VARCHAR(44),
    mrz_line_2 VARCHAR(44),
    mrz_line_3 VARCHAR(30),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_identity_document PRIMARY KEY (identity_document_id),
    CONSTRAINT fk_identity_document__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_identity_document__register_code FOREIGN KEY(register_code) REFERENCES code_document_register (code),
    CONSTRAINT fk_identity_document__type_code FOREIGN KEY(type_code) REFERENCES code_document_type (code),
    CONSTRAINT fk_identity_document__issuing_country_code FOREIGN KEY(issuing_country_code) REFERENCES code_country (code),
    CONSTRAINT fk_identity_document__status_code FOREIGN KEY(status_code) REFERENCES code_document_status (code),
    CONSTRAINT fk_identity_document__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_identity_document__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_identity_document__number ON identity_document (number);
CREATE INDEX ix_identity_document__person_id ON identity_document (person_id);
COMMENT ON TABLE identity_document IS 'A passport, identity or civil document of a person, or a document issued outside any application.';
COMMENT ON COLUMN identity_document.identity_document_id IS 'Identity of the row.';
COMMENT ON COLUMN identity_document.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN identity_document.register_code IS 'Whether the client presented it or the department issued it.';
COMMENT ON COLUMN identity_document.type_code IS 'Type of the document.';
COMMENT ON COLUMN identity_document.number IS 'Number of the document.';
COMMENT ON COLUMN identity_document.number_as_typed IS 'Number as it was first typed.';
COMMENT ON COLUMN identity_document.issuing_country_code IS 'Country or authority of issue (ICAO Doc 9303 codes).';
COMMENT ON COLUMN identity_document.status_code IS 'Standing of the document.';
COMMENT ON COLUMN identity_document.issued_on IS 'Date of issue.';
COMMENT ON COLUMN identity_document.expires_on IS 'Last day of validity.';
COMMENT ON COLUMN identity_document.is_primary IS 'The document that the department uses first.';
COMMENT ON COLUMN identity_document.family_name IS 'Family name as printed in the visual zone.';
COMMENT ON COLUMN identity_document.given_name IS 'Given names as printed in the visual zone.';
COMMENT ON COLUMN identity_document.birth_date_as_printed IS 'Date of birth as printed, unknown parts marked.';
COMMENT ON COLUMN identity_document.sex_as_printed IS 'Sex marker as printed.';
COMMENT ON COLUMN identity_document.mrz_line_1 IS 'First line of the machine-readable zone, as read.';
COMMENT ON COLUMN identity_document.mrz_line_2 IS 'Second line of the machine-readable zone, as read.';
COMMENT ON COLUMN identity_document.mrz_line_3 IS 'Third line of the machine-readable zone, as read.';
COMMENT ON COLUMN identity_document.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN identity_document.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN identity_document.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN identity_document.changed_by_id IS 'Who last changed the record.';

CREATE TABLE person_address (
    person_address_id UUID NOT NULL,
    person_id UUID NOT NULL,
    use_code VARCHAR(30),
    name VARCHAR(100),
    line_1 VARCHAR(200),
    line_2 VARCHAR(100),
    line_3 VARCHAR(100),
    line_4 VARCHAR(100),
    line_5 VARCHAR(100),
    city VARCHAR(100),
    county VARCHAR(50),
    province VARCHAR(50),
    province_short VARCHAR(10),
    postal_code VARCHAR(30),
    country_code VARCHAR(30),
    valid_from DATE,
    valid_to DATE,
    is_active BOOLEAN,
    is_primary BOOLEAN NOT NULL,
    as_recorded TEXT,
    CONSTRAINT pk_person_address PRIMARY KEY (person_address_id),
    CONSTRAINT fk_person_address__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_address__use_code FOREIGN KEY(use_code) REFERENCES code_address_use (code),
    CONSTRAINT fk_person_address__country_code FOREIGN KEY(country_code) REFERENCES code_country (code)
);
CREATE INDEX ix_person_address__person_id ON person_address (person_id);
COMMENT ON TABLE person_address IS 'An address of one person; a shared address is copied to each.';
COMMENT ON COLUMN person_address.person_address_id IS 'Identity of the row.';
COMMENT ON COLUMN person_address.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_address.use_code IS 'What the address is used for.';
COMMENT ON COLUMN person_address.name IS 'Name given to the address.';
COMMENT ON COLUMN person_address.line_1 IS 'First line: number and street, or the whole address.';
COMMENT ON COLUMN person_address.line_2 IS 'Second line.';
COMMENT ON COLUMN person_address.line_3 IS 'Third line.';
COMMENT ON COLUMN person_address.line_4 IS 'Fourth line.';
COMMENT ON COLUMN person_address.line_5 IS 'Fifth line.';
COMMENT ON COLUMN person_address.city IS 'City or place.';
COMMENT ON COLUMN person_address.county IS 'County or district.';
COMMENT ON COLUMN person_address.province IS 'Province or state, in full where it was written in full.';
COMMENT ON COLUMN person_address.province_short IS 'Province or state in its short form.';
COMMENT ON COLUMN person_address.postal_code IS 'Postal code, as written when its shape is unknown.';
COMMENT ON COLUMN person_address.country_code IS 'Country of the address.';
COMMENT ON COLUMN person_address.valid_from IS 'First day on which the address is good.';
COMMENT ON COLUMN person_address.valid_to IS 'Last day on which the address is good; empty while it is in use.';
COMMENT ON COLUMN person_address.is_active IS 'The address is in use.';
COMMENT ON COLUMN person_address.is_primary IS 'The address that the department uses first.';
COMMENT ON COLUMN person_address.as_recorded IS 'The address as it was typed, where a part of it was converted.';

CREATE TABLE person_birth_date (
    person_birth_date_id UUID NOT NULL,
    person_id UUID NOT NULL,
    type_code VARCHAR(30) NOT NULL,
    birth_year SMALLINT,
    birth_month SMALLINT,
    birth_day SMALLINT,
    born_on DATE,
    as_recorded VARCHAR(30),
    is_primary BOOLEAN NOT NULL,
    source_document_type_code VARCHAR(30),
    reason VARCHAR(255),
    CONSTRAINT pk_person_birth_date PRIMARY KEY (person_birth_date_id),
    CONSTRAINT ck_person_birth_date__month_in_year CHECK (birth_month BETWEEN 1 AND 12),
    CONSTRAINT ck_person_birth_date__day_in_month CHECK (birth_day BETWEEN 1 AND 31),
    CONSTRAINT ck_person_birth_date__year_in_calendar CHECK (birth_year BETWEEN 1 AND 9999),
    CONSTRAINT ck_person_birth_date__whole_date_has_its_parts CHECK (born_on IS NULL OR (birth_year IS NOT NULL AND birth_month IS NOT NULL AND birth_day IS NOT NULL AND EXTRACT(year FROM born_on) = birth_year AND EXTRACT(month FROM born_on) = birth_month AND EXTRACT(day FROM born_on) = birth_day)),
    CONSTRAINT fk_person_birth_date__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_birth_date__type_code FOREIGN KEY(type_code) REFERENCES code_birth_date_type (code),
    CONSTRAINT fk_person_birth_date__source_document_type_code FOREIGN KEY(source_document_type_code) REFERENCES code_document_type (code)
);
CREATE INDEX ix_person_birth_date__person_id ON person_birth_date (person_id);
COMMENT ON TABLE person_birth_date IS 'A date of birth on record. An incomplete date stays incomplete: no part is ever made up.';
COMMENT ON COLUMN person_birth_date.person_birth_date_id IS 'Identity of the row.';
COMMENT ON COLUMN person_birth_date.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_birth_date.type_code IS 'Current, former or also known as.';
COMMENT ON COLUMN person_birth_date.birth_year IS 'Year of birth; empty when unknown.';
COMMENT ON COLUMN person_birth_date.birth_month IS 'Month of birth, 1 to 12; empty when unknown.';
COMMENT ON COLUMN person_birth_date.birth_day IS 'Day of birth, 1 to 31; empty when unknown.';
COMMENT ON COLUMN person_birth_date.born_on IS 'The whole date, only where year, month and day are known and form a date.';
COMMENT ON COLUMN person_birth_date.as_recorded IS 'The date as it was typed, unknown parts marked with asterisks.';
COMMENT ON COLUMN person_birth_date.is_primary IS 'The date by which the department knows the person; more than one is damage, and marked.';
COMMENT ON COLUMN person_birth_date.source_document_type_code IS 'Type of the document that proves the date.';
COMMENT ON COLUMN person_birth_date.reason IS 'Why the date was added or demoted.';

CREATE TABLE person_citizenship (
    person_citizenship_id UUID NOT NULL,
    person_id UUID NOT NULL,
    country_code VARCHAR(30) NOT NULL,
    valid_from DATE,
    valid_to DATE,
    is_primary BOOLEAN NOT NULL,
    CONSTRAINT pk_person_citizenship PRIMARY KEY (person_citizenship_id),
    CONSTRAINT fk_person_citizenship__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_citizenship__country_code FOREIGN KEY(country_code) REFERENCES code_country (code)
);
CREATE INDEX ix_person_citizenship__person_id ON person_citizenship (person_id);
COMMENT ON TABLE person_citizenship IS 'A citizenship held by a person, now or in the past.';
COMMENT ON COLUMN person_citizenship.person_citizenship_id IS 'Identity of the row.';
COMMENT ON COLUMN person_citizenship.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_citizenship.country_code IS 'Country of citizenship, historic and stateless included.';
COMMENT ON COLUMN person_citizenship.valid_from IS 'First day of the citizenship.';
COMMENT ON COLUMN person_citizenship.valid_to IS 'Last day of the citizenship; empty while it is held.';
COMMENT ON COLUMN person_citizenship.is_primary IS 'The citizenship that the department uses first.';

CREATE TABLE person_clearance (
    person_clearance_id UUID NOT NULL,
    person_id UUID NOT NULL,
    has_given_biometrics BOOLEAN,
    biometrics_number VARCHAR(50),
    biometrics_enrolled_on DATE,
    biometrics_valid_until DATE,
    medical_exam_number VARCHAR(50),
    unique_medical_identifier VARCHAR(50),
    medical_exam_valid_until DATE,
    CONSTRAINT pk_person_clearance PRIMARY KEY (person_clearance_id),
    CONSTRAINT uq_person_clearance__person_id UNIQUE (person_id),
    CONSTRAINT fk_person_clearance__person_id FOREIGN KEY(person_id) REFERENCES person (person_id)
);
COMMENT ON TABLE person_clearance IS 'Where a person stands with biometrics and the immigration medical exam.';
COMMENT ON COLUMN person_clearance.person_clearance_id IS 'Identity of the row.';
COMMENT ON COLUMN person_clearance.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_clearance.has_given_biometrics IS 'Biometrics were given.';
COMMENT ON COLUMN person_clearance.biometrics_number IS 'Number of the biometric enrolment.';
COMMENT ON COLUMN person_clearance.biometrics_enrolled_on IS 'Date of enrolment.';
COMMENT ON COLUMN person_clearance.biometrics_valid_until IS 'Last day on which the biometrics are valid.';
COMMENT ON COLUMN person_clearance.medical_exam_number IS 'Number of the immigration medical exam (IME).';
COMMENT ON COLUMN person_clearance.unique_medical_identifier IS 'Unique medical identifier number.';
COMMENT ON COLUMN person_clearance.medical_exam_valid_until IS 'Last day on which the medical exam is valid.';

CREATE TABLE person_contact_point (
    person_contact_point_id UUID NOT NULL,
    person_id UUID NOT NULL,
    medium_code VARCHAR(30) NOT NULL,
    use_code VARCHAR(30),
    label VARCHAR(50),
    value VARCHAR(350) NOT NULL,
    e164 VARCHAR(16),
    extension VARCHAR(20),
    is_primary BOOLEAN NOT NULL,
    CONSTRAINT pk_person_contact_point PRIMARY KEY (person_contact_point_id),
    CONSTRAINT ck_person_contact_point__e164_shape CHECK (e164 ~ '^\+[1-9][0-9]{6,14}$'),
    CONSTRAINT fk_person_contact_point__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_contact_point__medium_code FOREIGN KEY(medium_code) REFERENCES code_contact_medium (code),
    CONSTRAINT fk_person_contact_point__use_code FOREIGN KEY(use_code) REFERENCES code_contact_use (code)
);
CREATE INDEX ix_person_contact_point__person_id ON person_contact_point (person_id);
COMMENT ON TABLE person_contact_point IS 'A telephone number or e-mail address of a person.';
COMMENT ON COLUMN person_contact_point.person_contact_point_id IS 'Identity of the row.';
COMMENT ON COLUMN person_contact_point.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_contact_point.medium_code IS 'Telephone, fax or e-mail.';
COMMENT ON COLUMN person_contact_point.use_code IS 'Home, work, mobile or other.';
COMMENT ON COLUMN person_contact_point.label IS 'Name given to the contact point.';
COMMENT ON COLUMN person_contact_point.value IS 'The number or address as it was typed, extension included.';
COMMENT ON COLUMN person_contact_point.e164 IS 'The telephone number in international form (ITU-T E.164), only where the reading is sure.';
COMMENT ON COLUMN person_contact_point.extension IS 'Extension of the telephone number, only where the reading is sure.';
COMMENT ON COLUMN person_contact_point.is_primary IS 'The contact point that the department uses first.';

CREATE TABLE person_identifier (
    person_identifier_id UUID NOT NULL,
    person_id UUID NOT NULL,
    scheme_code VARCHAR(30) NOT NULL,
    value VARCHAR(50) NOT NULL,
    status_code VARCHAR(30),
    since DATE,
    CONSTRAINT pk_person_identifier PRIMARY KEY (person_identifier_id),
    CONSTRAINT fk_person_identifier__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_identifier__scheme_code FOREIGN KEY(scheme_code) REFERENCES code_identifier_scheme (code),
    CONSTRAINT fk_person_identifier__status_code FOREIGN KEY(status_code) REFERENCES code_identifier_status (code)
);
CREATE INDEX ix_person_identifier__person_id ON person_identifier (person_id);
CREATE INDEX ix_person_identifier__value_scheme_code ON person_identifier (value, scheme_code);
COMMENT ON TABLE person_identifier IS 'A number that identifies a person: a client identifier (UCI) or the number of an older system.';
COMMENT ON COLUMN person_identifier.person_identifier_id IS 'Identity of the row.';
COMMENT ON COLUMN person_identifier.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_identifier.scheme_code IS 'The series of numbers to which the value belongs.';
COMMENT ON COLUMN person_identifier.value IS 'The number, without hyphens or blanks; a number of unknown shape as written.';
COMMENT ON COLUMN person_identifier.status_code IS 'Permanent, temporary or retired.';
COMMENT ON COLUMN person_identifier.since IS 'Date from which the number or its status holds.';

CREATE TABLE person_language (
    person_language_id UUID NOT NULL,
    person_id UUID NOT NULL,
    language_code VARCHAR(30) NOT NULL,
    valid_from DATE,
    valid_to DATE,
    CONSTRAINT pk_person_language PRIMARY KEY (person_language_id),
    CONSTRAINT fk_person_language__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_language__language_code FOREIGN KEY(language_code) REFERENCES code_language (code)
);
CREATE INDEX ix_person_language__person_id ON person_language (person_id);
COMMENT ON TABLE person_language IS 'A language that a person speaks.';
COMMENT ON COLUMN person_language.person_language_id IS 'Identity of the row.';
COMMENT ON COLUMN person_language.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_language.language_code IS 'The language.';
COMMENT ON COLUMN person_language.valid_from IS 'First day on which it was declared.';
COMMENT ON COLUMN person_language.valid_to IS 'Last day on which it was declared.';

CREATE TABLE person_name (
    person_name_id UUID NOT NULL,
    person_id UUID NOT NULL,
    type_code VARCHAR(30) NOT NULL,
    family_name VARCHAR(100),
    given_name VARCHAR(100),
    middle_name VARCHAR(50),
    patronymic VARCHAR(50),
    title VARCHAR(15),
    suffix VARCHAR(15),
    source_code VARCHAR(30),
    source_document_type_code VARCHAR(30),
    source_document_number VARCHAR(50),
    is_from_mrz BOOLEAN,
    valid_from DATE,
    valid_to DATE,
    is_primary BOOLEAN NOT NULL,
    CONSTRAINT pk_person_name PRIMARY KEY (person_name_id),
    CONSTRAINT fk_person_name__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_name__type_code FOREIGN KEY(type_code) REFERENCES code_name_type (code),
    CONSTRAINT fk_person_name__source_code FOREIGN KEY(source_code) REFERENCES code_name_source (code),
    CONSTRAINT fk_person_name__source_document_type_code FOREIGN KEY(source_document_type_code) REFERENCES code_document_type (code)
);
CREATE INDEX ix_person_name__family_name_given_name ON person_name (family_name, given_name);
CREATE INDEX ix_person_name__person_id ON person_name (person_id);
COMMENT ON TABLE person_name IS 'A name by which a person is or was known. A single name is whole in family_name; given_name stays empty.';
COMMENT ON COLUMN person_name.person_name_id IS 'Identity of the row.';
COMMENT ON COLUMN person_name.person_id IS 'The person to which this row belongs.';
COMMENT ON COLUMN person_name.type_code IS 'Legal, also known as, former or other.';
COMMENT ON COLUMN person_name.family_name IS 'Family name, or the single name; empty only where the record held nothing but blanks.';
COMMENT ON COLUMN person_name.given_name IS 'Given names; empty for a single name.';
COMMENT ON COLUMN person_name.middle_name IS 'Middle name where it was recorded apart from the given names.';
COMMENT ON COLUMN person_name.patronymic IS 'Patronymic or father''s family name where it was recorded apart.';
COMMENT ON COLUMN person_name.title IS 'Form of address before the name.';
COMMENT ON COLUMN person_name.suffix IS 'What follows the name.';
COMMENT ON COLUMN person_name.source_code IS 'Where the spelling comes from.';
COMMENT ON COLUMN person_name.source_document_type_code IS 'Type of the document that proves the name.';
COMMENT ON COLUMN person_name.source_document_number IS 'Number of the document that proves the name.';
COMMENT ON COLUMN person_name.is_from_mrz IS 'The spelling is that of a machine-readable zone (ICAO Doc 9303).';
COMMENT ON COLUMN person_name.valid_from IS 'First day on which the name was borne.';
COMMENT ON COLUMN person_name.valid_to IS 'Last day on which the name was borne; empty while it is in use.';
COMMENT ON COLUMN person_name.is_primary IS 'The name under which the department knows the person.';

CREATE TABLE person_relation (
    person_relation_id UUID NOT NULL,
    person_id UUID NOT NULL,
    related_person_id UUID NOT NULL,
    relation_code VARCHAR(30) NOT NULL,
    inverse_relation_code VARCHAR(30),
    valid_from DATE,
    valid_to DATE,
    status_code VARCHAR(30),
    remarks VARCHAR(250),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_person_relation PRIMARY KEY (person_relation_id),
    CONSTRAINT fk_person_relation__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_relation__related_person_id FOREIGN KEY(related_person_id) REFERENCES person (person_id),
    CONSTRAINT fk_person_relation__relation_code FOREIGN KEY(relation_code) REFERENCES code_relation (code),
    CONSTRAINT fk_person_relation__inverse_relation_code FOREIGN KEY(inverse_relation_code) REFERENCES code_relation (code),
    CONSTRAINT fk_person_relation__status_code FOREIGN KEY(status_code) REFERENCES code_relation_status (code),
    CONSTRAINT fk_person_relation__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_person_relation__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_person_relation__person_id ON person_relation (person_id);
CREATE INDEX ix_person_relation__related_person_id ON person_relation (related_person_id);
COMMENT ON TABLE person_relation IS 'A family or other link between two persons, with what each is to the other.';
COMMENT ON COLUMN person_relation.person_relation_id IS 'Identity of the row.';
COMMENT ON COLUMN person_relation.person_id IS 'The person from whose side the link was recorded.';
COMMENT ON COLUMN person_relation.related_person_id IS 'The person at the other end.';
COMMENT ON COLUMN person_relation.relation_code IS 'What the related person is to the person.';
COMMENT ON COLUMN person_relation.inverse_relation_code IS 'What the person is to the related person, derived from relation_code.';
COMMENT ON COLUMN person_relation.valid_from IS 'First day of the link.';
COMMENT ON COLUMN person_relation.valid_to IS 'Last day of the link; empty while it lasts.';
COMMENT ON COLUMN person_relation.status_code IS 'Whether the link lasts.';
COMMENT ON COLUMN person_relation.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN person_relation.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN person_relation.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN person_relation.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN person_relation.changed_by_id IS 'Who last changed the record.';

CREATE TABLE representative_address (
    representative_address_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    use_code VARCHAR(30),
    name VARCHAR(100),
    line_1 VARCHAR(200),
    line_2 VARCHAR(100),
    line_3 VARCHAR(100),
    line_4 VARCHAR(100),
    line_5 VARCHAR(100),
    city VARCHAR(100),
    county VARCHAR(50),
    province VARCHAR(50),
    province_short VARCHAR(10),
    postal_code VARCHAR(30),
    country_code VARCHAR(30),
    valid_from DATE,
    valid_to DATE,
    is_active BOOLEAN,
    is_primary BOOLEAN NOT NULL,
    as_recorded TEXT,
    CONSTRAINT pk_representative_address PRIMARY KEY (representative_address_id),
    CONSTRAINT fk_representative_address__representative_id FOREIGN KEY(representative_id) REFERENCES representative (representative_id),
    CONSTRAINT fk_representative_address__use_code FOREIGN KEY(use_code) REFERENCES code_address_use (code),
    CONSTRAINT fk_representative_address__country_code FOREIGN KEY(country_code) REFERENCES code_country (code)
);
CREATE INDEX ix_representative_address__representative_id ON representative_address (representative_id);
COMMENT ON TABLE representative_address IS 'An address of a representative.';
COMMENT ON COLUMN representative_address.representative_address_id IS 'Identity of the row.';
COMMENT ON COLUMN representative_address.representative_id IS 'The representative to which this row belongs.';
COMMENT ON COLUMN representative_address.use_code IS 'What the address is used for.';
COMMENT ON COLUMN representative_address.name IS 'Name given to the address.';
COMMENT ON COLUMN representative_address.line_1 IS 'First line: number and street, or the whole address.';
COMMENT ON COLUMN representative_address.line_2 IS 'Second line.';
COMMENT ON COLUMN representative_address.line_3 IS 'Third line.';
COMMENT ON COLUMN representative_address.line_4 IS 'Fourth line.';
COMMENT ON COLUMN representative_address.line_5 IS 'Fifth line.';
COMMENT ON COLUMN representative_address.city IS 'City or place.';
COMMENT ON COLUMN representative_address.county IS 'County or district.';
COMMENT ON COLUMN representative_address.province IS 'Province or state, in full where it was written in full.';
COMMENT ON COLUMN representative_address.province_short IS 'Province or state in its short form.';
COMMENT ON COLUMN representative_address.postal_code IS 'Postal code, as written when its shape is unknown.';
COMMENT ON COLUMN representative_address.country_code IS 'Country of the address.';
COMMENT ON COLUMN representative_address.valid_from IS 'First day on which the address is good.';
COMMENT ON COLUMN representative_address.valid_to IS 'Last day on which the address is good; empty while it is in use.';
COMMENT ON COLUMN representative_address.is_active IS 'The address is in use.';
COMMENT ON COLUMN representative_address.is_primary IS 'The address that the department uses first.';
COMMENT ON COLUMN representative_address.as_recorded IS 'The address as it was typed, where a part of it was converted.';

CREATE TABLE representative_contact_point (
    representative_contact_point_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    medium_code VARCHAR(30) NOT NULL,
    use_code VARCHAR(30),
    label VARCHAR(50),
    value VARCHAR(350) NOT NULL,
    e164 VARCHAR(16),
    extension VARCHAR(20),
    is_primary BOOLEAN NOT NULL,
    CONSTRAINT pk_representative_contact_point PRIMARY KEY (representative_contact_point_id),
    CONSTRAINT ck_representative_contact_point__e164_shape CHECK (e164 ~ '^\+[1-9][0-9]{6,14}$'),
    CONSTRAINT fk_representative_contact_point__representative_id FOREIGN KEY(representative_id) REFERENCES representative (representative_id),
    CONSTRAINT fk_representative_contact_point__medium_code FOREIGN KEY(medium_code) REFERENCES code_contact_medium (code),
    CONSTRAINT fk_representative_contact_point__use_code FOREIGN KEY(use_code) REFERENCES code_contact_use (code)
);
CREATE INDEX ix_representative_contact_point__representative_id ON representative_contact_point (representative_id);
COMMENT ON TABLE representative_contact_point IS 'A telephone number or e-mail address of a representative.';
COMMENT ON COLUMN representative_contact_point.representative_contact_point_id IS 'Identity of the row.';
COMMENT ON COLUMN representative_contact_point.representative_id IS 'The representative to which this row belongs.';
COMMENT ON COLUMN representative_contact_point.medium_code IS 'Telephone, fax or e-mail.';
COMMENT ON COLUMN representative_contact_point.use_code IS 'Home, work, mobile or other.';
COMMENT ON COLUMN representative_contact_point.label IS 'Name given to the contact point.';
COMMENT ON COLUMN representative_contact_point.value IS 'The number or address as it was typed, extension included.';
COMMENT ON COLUMN representative_contact_point.e164 IS 'The telephone number in international form (ITU-T E.164), only where the reading is sure.';
COMMENT ON COLUMN representative_contact_point.extension IS 'Extension of the telephone number, only where the reading is sure.';
COMMENT ON COLUMN representative_contact_point.is_primary IS 'The contact point that the department uses first.';

CREATE TABLE representative_membership (
    representative_membership_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    governing_body_code VARCHAR(30) NOT NULL,
    membership_number VARCHAR(50),
    valid_from DATE,
    valid_to DATE,
    CONSTRAINT pk_representative_membership PRIMARY KEY (representative_membership_id),
    CONSTRAINT fk_representative_membership__representative_id FOREIGN KEY(representative_id) REFERENCES representative (representative_id),
    CONSTRAINT fk_representative_membership__governing_body_code FOREIGN KEY(governing_body_code) REFERENCES code_governing_body (code)
);
CREATE INDEX ix_representative_membership__representative_id ON representative_membership (representative_id);
COMMENT ON TABLE representative_membership IS 'A representative''s membership in a body that governs the profession.';
COMMENT ON COLUMN representative_membership.representative_membership_id IS 'Identity of the row.';
COMMENT ON COLUMN representative_membership.representative_id IS 'The representative to which this row belongs.';
COMMENT ON COLUMN representative_membership.governing_body_code IS 'The governing body.';
COMMENT ON COLUMN representative_membership.membership_number IS 'Number of the membership.';
COMMENT ON COLUMN representative_membership.valid_from IS 'First day of the membership.';
COMMENT ON COLUMN representative_membership.valid_to IS 'Last day of the membership; empty while it lasts.';

CREATE TABLE appeal (
    appeal_id UUID NOT NULL,
    application_id UUID NOT NULL,
    body_code VARCHAR(30),
    file_number VARCHAR(50),
    filed_on DATE,
    decided_on DATE,
    outcome_code VARCHAR(30),
    CONSTRAINT pk_appeal PRIMARY KEY (appeal_id),
    CONSTRAINT fk_appeal__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_appeal__body_code FOREIGN KEY(body_code) REFERENCES code_appeal_body (code),
    CONSTRAINT fk_appeal__outcome_code FOREIGN KEY(outcome_code) REFERENCES code_appeal_outcome (code)
);
CREATE INDEX ix_appeal__application_id ON appeal (application_id);
COMMENT ON TABLE appeal IS 'An appeal or application for judicial review against the decision on an application.';
COMMENT ON COLUMN appeal.appeal_id IS 'Identity of the row.';
COMMENT ON COLUMN appeal.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN appeal.body_code IS 'Tribunal or court.';
COMMENT ON COLUMN appeal.file_number IS 'File number of the tribunal or court.';
COMMENT ON COLUMN appeal.filed_on IS 'Date of filing.';
COMMENT ON COLUMN appeal.decided_on IS 'Date of the ruling.';
COMMENT ON COLUMN appeal.outcome_code IS 'Outcome.';

CREATE TABLE application_association (
    application_association_id UUID NOT NULL,
    application_id UUID NOT NULL,
    related_application_id UUID NOT NULL,
    type_code VARCHAR(30) NOT NULL,
    remarks VARCHAR(250),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_application_association PRIMARY KEY (application_association_id),
    CONSTRAINT fk_application_association__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_association__related_application_id FOREIGN KEY(related_application_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_association__type_code FOREIGN KEY(type_code) REFERENCES code_association_type (code),
    CONSTRAINT fk_application_association__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_application_association__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_application_association__application_id ON application_association (application_id);
CREATE INDEX ix_application_association__related_application_id ON application_association (related_application_id);
COMMENT ON TABLE application_association IS 'A link between two applications, such as those of one family.';
COMMENT ON COLUMN application_association.application_association_id IS 'Identity of the row.';
COMMENT ON COLUMN application_association.application_id IS 'The application from whose side the link was made.';
COMMENT ON COLUMN application_association.related_application_id IS 'The application at the other end.';
COMMENT ON COLUMN application_association.type_code IS 'Kind of link.';
COMMENT ON COLUMN application_association.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN application_association.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application_association.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN application_association.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application_association.changed_by_id IS 'Who last changed the record.';

CREATE TABLE application_office (
    application_office_id UUID NOT NULL,
    application_id UUID NOT NULL,
    office_code VARCHAR(30) NOT NULL,
    valid_from DATE,
    valid_to DATE,
    CONSTRAINT pk_application_office PRIMARY KEY (application_office_id),
    CONSTRAINT fk_application_office__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_office__office_code FOREIGN KEY(office_code) REFERENCES code_processing_office (code)
);
CREATE INDEX ix_application_office__application_id ON application_office (application_id);
COMMENT ON TABLE application_office IS 'A further office that works on an application.';
COMMENT ON COLUMN application_office.application_office_id IS 'Identity of the row.';
COMMENT ON COLUMN application_office.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN application_office.office_code IS 'The office.';
COMMENT ON COLUMN application_office.valid_from IS 'First day of its part.';
COMMENT ON COLUMN application_office.valid_to IS 'Last day of its part; empty while it lasts.';

CREATE TABLE application_parent (
    application_parent_id UUID NOT NULL,
    application_id UUID NOT NULL,
    parent_id UUID,
    master_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_application_parent PRIMARY KEY (application_parent_id),
    CONSTRAINT uq_application_parent__application_id UNIQUE (application_id),
    CONSTRAINT ck_application_parent__not_its_own_parent CHECK (parent_id <> application_id),
    CONSTRAINT ck_application_parent__not_its_own_master CHECK (master_id <> application_id),
    CONSTRAINT fk_application_parent__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_parent__parent_id FOREIGN KEY(parent_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_parent__master_id FOREIGN KEY(master_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_parent__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_application_parent__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_application_parent__master_id ON application_parent (master_id) WHERE master_id IS NOT NULL;
CREATE INDEX ix_application_parent__parent_id ON application_parent (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE application_parent IS 'The application above another one, kept apart so that either may be loaded first. A link that would close a circle is cut, and marked.';
COMMENT ON COLUMN application_parent.application_parent_id IS 'Identity of the row.';
COMMENT ON COLUMN application_parent.application_id IS 'The application below.';
COMMENT ON COLUMN application_parent.parent_id IS 'The application directly above; empty where the link was cut.';
COMMENT ON COLUMN application_parent.master_id IS 'The application that leads the whole group; empty where the link was cut.';
COMMENT ON COLUMN application_parent.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application_parent.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN application_parent.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application_parent.changed_by_id IS 'Who last changed the record.';

CREATE TABLE application_party (
    application_party_id UUID NOT NULL,
    application_id UUID NOT NULL,
    person_id UUID NOT NULL,
    role_code VARCHAR(30) NOT NULL,
    sequence INTEGER,
    is_accompanying BOOLEAN,
    decision_code VARCHAR(30),
    status_code VARCHAR(30),
    valid_from DATE,
    valid_to DATE,
    remarks VARCHAR(250),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_application_party PRIMARY KEY (application_party_id),
    CONSTRAINT fk_application_party__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_party__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_application_party__role_code FOREIGN KEY(role_code) REFERENCES code_case_role (code),
    CONSTRAINT fk_application_party__decision_code FOREIGN KEY(decision_code) REFERENCES code_decision (code),
    CONSTRAINT fk_application_party__status_code FOREIGN KEY(status_code) REFERENCES code_party_status (code),
    CONSTRAINT fk_application_party__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_application_party__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_application_party__application_id ON application_party (application_id);
CREATE INDEX ix_application_party__person_id ON application_party (person_id);
COMMENT ON TABLE application_party IS 'A person who takes part in an application: applicant, family member, sponsor, host.';
COMMENT ON COLUMN application_party.application_party_id IS 'Identity of the row.';
COMMENT ON COLUMN application_party.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN application_party.person_id IS 'The person.';
COMMENT ON COLUMN application_party.role_code IS 'The person''s part in the application.';
COMMENT ON COLUMN application_party.sequence IS 'Place of the person among the parties.';
COMMENT ON COLUMN application_party.is_accompanying IS 'The family member goes along; family who stay must still be declared.';
COMMENT ON COLUMN application_party.decision_code IS 'Decision on this person.';
COMMENT ON COLUMN application_party.status_code IS 'Whether the person still takes part.';
COMMENT ON COLUMN application_party.valid_from IS 'First day of the part.';
COMMENT ON COLUMN application_party.valid_to IS 'Last day of the part; empty while it lasts.';
COMMENT ON COLUMN application_party.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN application_party.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application_party.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN application_party.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN application_party.changed_by_id IS 'Who last changed the record.';

CREATE TABLE application_reference (
    application_reference_id UUID NOT NULL,
    application_id UUID NOT NULL,
    scheme_code VARCHAR(30) NOT NULL,
    value VARCHAR(50) NOT NULL,
    CONSTRAINT pk_application_reference PRIMARY KEY (application_reference_id),
    CONSTRAINT fk_application_reference__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_application_reference__scheme_code FOREIGN KEY(scheme_code) REFERENCES code_reference_scheme (code)
);
CREATE INDEX ix_application_reference__application_id ON application_reference (application_id);
CREATE INDEX ix_application_reference__value_scheme_code ON application_reference (value, scheme_code);
COMMENT ON TABLE application_reference IS 'A number by which others know the application, or its earlier temporary number.';
COMMENT ON COLUMN application_reference.application_reference_id IS 'Identity of the row.';
COMMENT ON COLUMN application_reference.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN application_reference.scheme_code IS 'The series of numbers to which the value belongs.';
COMMENT ON COLUMN application_reference.value IS 'The number.';

CREATE TABLE document (
    document_id UUID NOT NULL,
    application_id UUID NOT NULL,
    name VARCHAR(200) NOT NULL,
    extension VARCHAR(10),
    revision VARCHAR(15),
    is_current BOOLEAN NOT NULL,
    size_bytes BIGINT,
    dated_at TIMESTAMP WITH TIME ZONE,
    storage_code VARCHAR(30),
    source_path VARCHAR(255),
    type_code VARCHAR(30),
    publication VARCHAR(30),
    keyword VARCHAR(30),
    subject_person_id UUID,
    is_restricted BOOLEAN NOT NULL,
    activity_number VARCHAR(30),
    remarks VARCHAR(250),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_document PRIMARY KEY (document_id),
    CONSTRAINT ck_document__size_not_negative CHECK (size_bytes >= 0),
    CONSTRAINT fk_document__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_document__storage_code FOREIGN KEY(storage_code) REFERENCES code_storage (code),
    CONSTRAINT fk_document__type_code FOREIGN KEY(type_code) REFERENCES code_attachment_type (code),
    CONSTRAINT fk_document__subject_person_id FOREIGN KEY(subject_person_id) REFERENCES person (person_id),
    CONSTRAINT fk_document__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_document__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_document__application_id ON document (application_id);
CREATE INDEX ix_document__subject_person_id ON document (subject_person_id) WHERE subject_person_id IS NOT NULL;
COMMENT ON TABLE document IS 'What is known of an attached file; the file itself is kept elsewhere.';
COMMENT ON COLUMN document.document_id IS 'Identity of the row.';
COMMENT ON COLUMN document.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN document.name IS 'Name of the file.';
COMMENT ON COLUMN document.extension IS 'Extension of the name, without the point.';
COMMENT ON COLUMN document.revision IS 'Revision of the file.';
COMMENT ON COLUMN document.is_current IS 'The latest revision of the file.';
COMMENT ON COLUMN document.size_bytes IS 'Size of the file in bytes.';
COMMENT ON COLUMN document.dated_at IS 'Date and time of the file itself. UTC.';
COMMENT ON COLUMN document.storage_code IS 'Whether it is a file or a link.';
COMMENT ON COLUMN document.source_path IS 'Where the file came from.';
COMMENT ON COLUMN document.type_code IS 'What the document is.';
COMMENT ON COLUMN document.publication IS 'How far it may be published, as written by the office.';
COMMENT ON COLUMN document.keyword IS 'Keyword, as written by the office.';
COMMENT ON COLUMN document.subject_person_id IS 'The client concerned; empty where the whole application is.';
COMMENT ON COLUMN document.is_restricted IS 'The document is restricted to authorized officers.';
COMMENT ON COLUMN document.activity_number IS 'Number of the activity to which the document is attached; empty for the application itself.';
COMMENT ON COLUMN document.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN document.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN document.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN document.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN document.changed_by_id IS 'Who last changed the record.';

CREATE TABLE invoice (
    invoice_id UUID NOT NULL,
    application_id UUID NOT NULL,
    number VARCHAR(50) NOT NULL,
    revision INTEGER NOT NULL,
    type_code VARCHAR(30),
    fee_type_code VARCHAR(30),
    status_code VARCHAR(30),
    issued_at TIMESTAMP WITH TIME ZONE,
    fully_paid_at TIMESTAMP WITH TIME ZONE,
    total_amount NUMERIC(22, 7),
    gross_amount NUMERIC(22, 7),
    surcharge_amount NUMERIC(22, 7),
    balance_forward NUMERIC(22, 7),
    currency_code VARCHAR(30),
    person_id UUID,
    organisation_id UUID,
    account_number VARCHAR(50),
    is_delinquent BOOLEAN,
    external_key VARCHAR(30),
    remarks VARCHAR(250),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_invoice PRIMARY KEY (invoice_id),
    CONSTRAINT fk_invoice__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_invoice__type_code FOREIGN KEY(type_code) REFERENCES code_invoice_type (code),
    CONSTRAINT fk_invoice__fee_type_code FOREIGN KEY(fee_type_code) REFERENCES code_fee_type (code),
    CONSTRAINT fk_invoice__status_code FOREIGN KEY(status_code) REFERENCES code_invoice_status (code),
    CONSTRAINT fk_invoice__currency_code FOREIGN KEY(currency_code) REFERENCES code_currency (code),
    CONSTRAINT fk_invoice__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_invoice__organisation_id FOREIGN KEY(organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_invoice__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_invoice__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_invoice__application_id ON invoice (application_id);
CREATE INDEX ix_invoice__number ON invoice (number);
CREATE INDEX ix_invoice__organisation_id ON invoice (organisation_id) WHERE organisation_id IS NOT NULL;
CREATE INDEX ix_invoice__person_id ON invoice (person_id) WHERE person_id IS NOT NULL;
COMMENT ON TABLE invoice IS 'A fee that is due for an application.';
COMMENT ON COLUMN invoice.invoice_id IS 'Identity of the row.';
COMMENT ON COLUMN invoice.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN invoice.number IS 'Number of the invoice.';
COMMENT ON COLUMN invoice.revision IS 'Revision of the invoice, from 1.';
COMMENT ON COLUMN invoice.type_code IS 'Fee or adjustment.';
COMMENT ON COLUMN invoice.fee_type_code IS 'What the fee is for.';
COMMENT ON COLUMN invoice.status_code IS 'State of the invoice as recorded; it is not recomputed from the payments.';
COMMENT ON COLUMN invoice.issued_at IS 'When the invoice was issued. UTC.';
COMMENT ON COLUMN invoice.fully_paid_at IS 'When the invoice was paid in full. UTC.';
COMMENT ON COLUMN invoice.total_amount IS 'Amount due, in the currency beside it.';
COMMENT ON COLUMN invoice.gross_amount IS 'Amount before reductions, in the currency beside it.';
COMMENT ON COLUMN invoice.surcharge_amount IS 'Surcharge, in the currency beside it.';
COMMENT ON COLUMN invoice.balance_forward IS 'Balance carried over from before, in the currency beside it.';
COMMENT ON COLUMN invoice.currency_code IS 'Currency of all amounts of the invoice (ISO 4217).';
COMMENT ON COLUMN invoice.person_id IS 'The client for whom the fee is due.';
COMMENT ON COLUMN invoice.organisation_id IS 'The organisation that is billed.';
COMMENT ON COLUMN invoice.account_number IS 'Number of the invoice in the account of the payer.';
COMMENT ON COLUMN invoice.is_delinquent IS 'The invoice is overdue.';
COMMENT ON COLUMN invoice.external_key IS 'Key of the invoice in another system.';
COMMENT ON COLUMN invoice.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN invoice.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN invoice.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN invoice.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN invoice.changed_by_id IS 'Who last changed the record.';

CREATE TABLE issued_document (
    issued_document_id UUID NOT NULL,
    application_id UUID NOT NULL,
    person_id UUID NOT NULL,
    type_code VARCHAR(30) NOT NULL,
    number VARCHAR(100) NOT NULL,
    number_as_typed VARCHAR(100),
    issuing_country_code VARCHAR(30),
    status_code VARCHAR(30),
    issued_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    family_name VARCHAR(50),
    given_name VARCHAR(50),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_issued_document PRIMARY KEY (issued_document_id),
    CONSTRAINT fk_issued_document__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_issued_document__person_id FOREIGN KEY(person_id) REFERENCES person (person_id),
    CONSTRAINT fk_issued_document__type_code FOREIGN KEY(type_code) REFERENCES code_document_type (code),
    CONSTRAINT fk_issued_document__issuing_country_code FOREIGN KEY(issuing_country_code) REFERENCES code_country (code),
    CONSTRAINT fk_issued_document__status_code FOREIGN KEY(status_code) REFERENCES code_document_status (code),
    CONSTRAINT fk_issued_document__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_issued_document__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_issued_document__application_id ON issued_document (application_id);
CREATE INDEX ix_issued_document__number ON issued_document (number);
CREATE INDEX ix_issued_document__person_id ON issued_document (person_id);
COMMENT ON TABLE issued_document IS 'A visa, permit, card, certificate or passport issued to a person on the strength of an application.';
COMMENT ON COLUMN issued_document.issued_document_id IS 'Identity of the row.';
COMMENT ON COLUMN issued_document.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN issued_document.person_id IS 'To whom it was issued.';
COMMENT ON COLUMN issued_document.type_code IS 'Type of the document.';
COMMENT ON COLUMN issued_document.number IS 'Number of the document.';
COMMENT ON COLUMN issued_document.number_as_typed IS 'Number as it was first typed.';
COMMENT ON COLUMN issued_document.issuing_country_code IS 'Country of issue.';
COMMENT ON COLUMN issued_document.status_code IS 'Standing of the document.';
COMMENT ON COLUMN issued_document.issued_at IS 'When it was issued. UTC.';
COMMENT ON COLUMN issued_document.expires_at IS 'When it ceases to be valid. UTC.';
COMMENT ON COLUMN issued_document.family_name IS 'Family name as printed.';
COMMENT ON COLUMN issued_document.given_name IS 'Given names as printed.';
COMMENT ON COLUMN issued_document.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN issued_document.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN issued_document.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN issued_document.changed_by_id IS 'Who last changed the record.';

CREATE TABLE note (
    note_id UUID NOT NULL,
    application_id UUID NOT NULL,
    type_code VARCHAR(30),
    body TEXT,
    category VARCHAR(30),
    area VARCHAR(30),
    sub_area VARCHAR(30),
    priority_code VARCHAR(30),
    starts_at TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    is_private BOOLEAN NOT NULL,
    is_restricted BOOLEAN NOT NULL,
    restriction_class_code VARCHAR(30),
    continuation_of_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_note PRIMARY KEY (note_id),
    CONSTRAINT ck_note__does_not_continue_itself CHECK (continuation_of_id <> note_id),
    CONSTRAINT fk_note__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_note__type_code FOREIGN KEY(type_code) REFERENCES code_note_type (code),
    CONSTRAINT fk_note__priority_code FOREIGN KEY(priority_code) REFERENCES code_priority (code),
    CONSTRAINT fk_note__restriction_class_code FOREIGN KEY(restriction_class_code) REFERENCES code_restriction_class (code),
    CONSTRAINT fk_note__continuation_of_id FOREIGN KEY(continuation_of_id) REFERENCES note (note_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_note__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_note__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_note__application_id ON note (application_id);
CREATE INDEX ix_note__continuation_of_id ON note (continuation_of_id) WHERE continuation_of_id IS NOT NULL;
COMMENT ON TABLE note IS 'A note on an application. A restricted note is exempt from release; the restriction must never be lost.';
COMMENT ON COLUMN note.note_id IS 'Identity of the row.';
COMMENT ON COLUMN note.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN note.type_code IS 'Kind of note.';
COMMENT ON COLUMN note.body IS 'Text of the note, as written.';
COMMENT ON COLUMN note.category IS 'Category, as written by the office.';
COMMENT ON COLUMN note.area IS 'Subject area, as written by the office.';
COMMENT ON COLUMN note.sub_area IS 'Closer subject area, as written by the office.';
COMMENT ON COLUMN note.priority_code IS 'Priority.';
COMMENT ON COLUMN note.starts_at IS 'From when the note applies. UTC.';
COMMENT ON COLUMN note.ends_at IS 'Until when the note applies. UTC.';
COMMENT ON COLUMN note.is_private IS 'The note is shown to its author only.';
COMMENT ON COLUMN note.is_restricted IS 'The note is restricted; the strictest mark found on the note or its file wins.';
COMMENT ON COLUMN note.restriction_class_code IS 'Why the note is restricted.';
COMMENT ON COLUMN note.continuation_of_id IS 'The note that this one continues, where one text was split.';
COMMENT ON COLUMN note.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN note.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN note.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN note.changed_by_id IS 'Who last changed the record.';

CREATE TABLE representation (
    representation_id UUID NOT NULL,
    application_id UUID NOT NULL,
    representative_id UUID NOT NULL,
    role_code VARCHAR(30) NOT NULL,
    form_code VARCHAR(30),
    status_code VARCHAR(30),
    type_code VARCHAR(30),
    sequence INTEGER,
    party_status_code VARCHAR(30),
    valid_from DATE,
    valid_to DATE,
    remarks VARCHAR(250),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_representation PRIMARY KEY (representation_id),
    CONSTRAINT fk_representation__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_representation__representative_id FOREIGN KEY(representative_id) REFERENCES representative (representative_id),
    CONSTRAINT fk_representation__role_code FOREIGN KEY(role_code) REFERENCES code_case_role (code),
    CONSTRAINT fk_representation__form_code FOREIGN KEY(form_code) REFERENCES code_authority_form (code),
    CONSTRAINT fk_representation__status_code FOREIGN KEY(status_code) REFERENCES code_authority_status (code),
    CONSTRAINT fk_representation__type_code FOREIGN KEY(type_code) REFERENCES code_representative_type (code),
    CONSTRAINT fk_representation__party_status_code FOREIGN KEY(party_status_code) REFERENCES code_party_status (code),
    CONSTRAINT fk_representation__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_representation__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_representation__application_id ON representation (application_id);
CREATE INDEX ix_representation__representative_id ON representation (representative_id);
COMMENT ON TABLE representation IS 'Authority to act for the client or to receive information, given for one application. Only an accepted authority in force opens the file to its holder.';
COMMENT ON COLUMN representation.representation_id IS 'Identity of the row.';
COMMENT ON COLUMN representation.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN representation.representative_id IS 'Who may act or be informed.';
COMMENT ON COLUMN representation.role_code IS 'Representative or designee.';
COMMENT ON COLUMN representation.form_code IS 'Form by which the authority was given.';
COMMENT ON COLUMN representation.status_code IS 'Accepted, rejected or cancelled.';
COMMENT ON COLUMN representation.type_code IS 'Whether the representative is paid.';
COMMENT ON COLUMN representation.sequence IS 'Place of the representative among the parties.';
COMMENT ON COLUMN representation.party_status_code IS 'Whether the representative still takes part.';
COMMENT ON COLUMN representation.valid_from IS 'First day of the authority.';
COMMENT ON COLUMN representation.valid_to IS 'Last day of the authority; empty while it lasts.';
COMMENT ON COLUMN representation.remarks IS 'Remarks of the office.';
COMMENT ON COLUMN representation.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN representation.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN representation.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN representation.changed_by_id IS 'Who last changed the record.';

CREATE TABLE special_program (
    special_program_id UUID NOT NULL,
    application_id UUID NOT NULL,
    program_code VARCHAR(30) NOT NULL,
    valid_from DATE,
    valid_to DATE,
    CONSTRAINT pk_special_program PRIMARY KEY (special_program_id),
    CONSTRAINT fk_special_program__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_special_program__program_code FOREIGN KEY(program_code) REFERENCES code_program (code)
);
CREATE INDEX ix_special_program__application_id ON special_program (application_id);
COMMENT ON TABLE special_program IS 'A special program or public policy under which an application is processed.';
COMMENT ON COLUMN special_program.special_program_id IS 'Identity of the row.';
COMMENT ON COLUMN special_program.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN special_program.program_code IS 'The program.';
COMMENT ON COLUMN special_program.valid_from IS 'First day on which it applies.';
COMMENT ON COLUMN special_program.valid_to IS 'Last day on which it applies; empty while it does.';

CREATE TABLE status_history (
    status_history_id UUID NOT NULL,
    application_id UUID NOT NULL,
    old_status_code VARCHAR(30),
    new_status_code VARCHAR(30),
    occurred_at TIMESTAMP WITH TIME ZONE,
    actor_id UUID,
    CONSTRAINT pk_status_history PRIMARY KEY (status_history_id),
    CONSTRAINT fk_status_history__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_status_history__old_status_code FOREIGN KEY(old_status_code) REFERENCES code_application_status (code),
    CONSTRAINT fk_status_history__new_status_code FOREIGN KEY(new_status_code) REFERENCES code_application_status (code),
    CONSTRAINT fk_status_history__actor_id FOREIGN KEY(actor_id) REFERENCES user_account (user_account_id)
);
CREATE INDEX ix_status_history__application_id ON status_history (application_id);
COMMENT ON TABLE status_history IS 'A change of the status of an application.';
COMMENT ON COLUMN status_history.status_history_id IS 'Identity of the row.';
COMMENT ON COLUMN status_history.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN status_history.old_status_code IS 'Status before.';
COMMENT ON COLUMN status_history.new_status_code IS 'Status after.';
COMMENT ON COLUMN status_history.occurred_at IS 'When the status changed. UTC.';
COMMENT ON COLUMN status_history.actor_id IS 'Who changed it.';

CREATE TABLE payment (
    payment_id UUID NOT NULL,
    application_id UUID NOT NULL,
    number VARCHAR(50) NOT NULL,
    invoice_id UUID,
    amount NUMERIC(22, 7) NOT NULL,
    currency_code VARCHAR(30) NOT NULL,
    type_code VARCHAR(30),
    method_code VARCHAR(30),
    status_code VARCHAR(30),
    paid_at TIMESTAMP WITH TIME ZONE,
    receipt_number VARCHAR(30),
    refund_of_id UUID,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_payment PRIMARY KEY (payment_id),
    CONSTRAINT ck_payment__not_its_own_refund CHECK (refund_of_id <> payment_id),
    CONSTRAINT fk_payment__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_payment__invoice_id FOREIGN KEY(invoice_id) REFERENCES invoice (invoice_id),
    CONSTRAINT fk_payment__currency_code FOREIGN KEY(currency_code) REFERENCES code_currency (code),
    CONSTRAINT fk_payment__type_code FOREIGN KEY(type_code) REFERENCES code_payment_type (code),
    CONSTRAINT fk_payment__method_code FOREIGN KEY(method_code) REFERENCES code_payment_method (code),
    CONSTRAINT fk_payment__status_code FOREIGN KEY(status_code) REFERENCES code_payment_status (code),
    CONSTRAINT fk_payment__refund_of_id FOREIGN KEY(refund_of_id) REFERENCES payment (payment_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_payment__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_payment__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_payment__application_id ON payment (application_id);
CREATE INDEX ix_payment__invoice_id ON payment (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX ix_payment__number ON payment (number);
CREATE INDEX ix_payment__refund_of_id ON payment (refund_of_id) WHERE refund_of_id IS NOT NULL;
COMMENT ON TABLE payment IS 'A payment, or a refund where the amount is negative.';
COMMENT ON COLUMN payment.payment_id IS 'Identity of the row.';
COMMENT ON COLUMN payment.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN payment.number IS 'Number of the payment.';
COMMENT ON COLUMN payment.invoice_id IS 'The invoice that it settles.';
COMMENT ON COLUMN payment.amount IS 'Amount in the currency beside it; negative for a refund.';
COMMENT ON COLUMN payment.currency_code IS 'Currency of the amount (ISO 4217).';
COMMENT ON COLUMN payment.type_code IS 'Payment, refund or other.';
COMMENT ON COLUMN payment.method_code IS 'How it was paid.';
COMMENT ON COLUMN payment.status_code IS 'State of the payment.';
COMMENT ON COLUMN payment.paid_at IS 'When it was paid. UTC.';
COMMENT ON COLUMN payment.receipt_number IS 'Number of the receipt.';
COMMENT ON COLUMN payment.refund_of_id IS 'The payment that was refunded.';
COMMENT ON COLUMN payment.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN payment.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN payment.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN payment.changed_by_id IS 'Who last changed the record.';

CREATE TABLE assessment (
    assessment_id UUID NOT NULL,
    application_id UUID NOT NULL,
    type_code VARCHAR(30) NOT NULL,
    version VARCHAR(15),
    is_conditional BOOLEAN,
    result_code VARCHAR(30),
    valid_until DATE,
    activity_number VARCHAR(30) NOT NULL,
    title VARCHAR(250),
    sub_type VARCHAR(30),
    status_code VARCHAR(30),
    status_changed_at TIMESTAMP WITH TIME ZONE,
    status_changed_by_id UUID,
    priority_code VARCHAR(30),
    subject_person_id UUID,
    subject_organisation_id UUID,
    assigned_to_id UUID,
    assigned_by_id UUID,
    performed_by_id UUID,
    owning_position_id UUID,
    owning_office_id UUID,
    assigned_to_login VARCHAR(50),
    recorded_by_login VARCHAR(50),
    due_at TIMESTAMP WITH TIME ZONE,
    planned_start_at TIMESTAMP WITH TIME ZONE,
    planned_end_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    parent_activity_number VARCHAR(30),
    previous_activity_number VARCHAR(30),
    preceding_activity_number VARCHAR(30),
    payment_id UUID,
    is_private BOOLEAN,
    summary VARCHAR(255),
    remarks VARCHAR(1500),
    external_key VARCHAR(30),
    expected_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_assessment PRIMARY KEY (assessment_id),
    CONSTRAINT fk_assessment__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_assessment__type_code FOREIGN KEY(type_code) REFERENCES code_assessment_type (code),
    CONSTRAINT fk_assessment__result_code FOREIGN KEY(result_code) REFERENCES code_assessment_result (code),
    CONSTRAINT fk_assessment__status_code FOREIGN KEY(status_code) REFERENCES code_activity_status (code),
    CONSTRAINT fk_assessment__status_changed_by_id FOREIGN KEY(status_changed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_assessment__priority_code FOREIGN KEY(priority_code) REFERENCES code_priority (code),
    CONSTRAINT fk_assessment__subject_person_id FOREIGN KEY(subject_person_id) REFERENCES person (person_id),
    CONSTRAINT fk_assessment__subject_organisation_id FOREIGN KEY(subject_organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_assessment__assigned_to_id FOREIGN KEY(assigned_to_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_assessment__assigned_by_id FOREIGN KEY(assigned_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_assessment__performed_by_id FOREIGN KEY(performed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_assessment__owning_position_id FOREIGN KEY(owning_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_assessment__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_assessment__payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_assessment__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_assessment__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_assessment__activity_number ON assessment (activity_number);
CREATE INDEX ix_assessment__application_id ON assessment (application_id);
CREATE INDEX ix_assessment__assigned_to_id ON assessment (assigned_to_id);
CREATE INDEX ix_assessment__payment_id ON assessment (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX ix_assessment__subject_organisation_id ON assessment (subject_organisation_id) WHERE subject_organisation_id IS NOT NULL;
CREATE INDEX ix_assessment__subject_person_id ON assessment (subject_person_id) WHERE subject_person_id IS NOT NULL;
COMMENT ON TABLE assessment IS 'An assessment of an application or of one client in it, such as eligibility, security or medical.';
COMMENT ON COLUMN assessment.assessment_id IS 'Identity of the row.';
COMMENT ON COLUMN assessment.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN assessment.type_code IS 'What is assessed.';
COMMENT ON COLUMN assessment.version IS 'Version of the assessment form, such as 2010-06.';
COMMENT ON COLUMN assessment.is_conditional IS 'The result depends on a condition.';
COMMENT ON COLUMN assessment.result_code IS 'Result beside the state.';
COMMENT ON COLUMN assessment.valid_until IS 'Last day on which the result may be relied upon.';
COMMENT ON COLUMN assessment.activity_number IS 'Number by which officers refer to the activity.';
COMMENT ON COLUMN assessment.title IS 'Short title.';
COMMENT ON COLUMN assessment.sub_type IS 'Closer type, as written by the office.';
COMMENT ON COLUMN assessment.status_code IS 'State of the work.';
COMMENT ON COLUMN assessment.status_changed_at IS 'When the state last changed. UTC.';
COMMENT ON COLUMN assessment.status_changed_by_id IS 'Who last changed the state.';
COMMENT ON COLUMN assessment.priority_code IS 'Priority.';
COMMENT ON COLUMN assessment.subject_person_id IS 'The client concerned; empty where the whole application is.';
COMMENT ON COLUMN assessment.subject_organisation_id IS 'The organisation concerned.';
COMMENT ON COLUMN assessment.assigned_to_id IS 'The officer to whom the work is assigned.';
COMMENT ON COLUMN assessment.assigned_by_id IS 'Who assigned the work.';
COMMENT ON COLUMN assessment.performed_by_id IS 'The officer who did the work.';
COMMENT ON COLUMN assessment.owning_position_id IS 'Position that owns the work.';
COMMENT ON COLUMN assessment.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN assessment.assigned_to_login IS 'Login name of the assigned officer as copied then; the user may be gone.';
COMMENT ON COLUMN assessment.recorded_by_login IS 'Login name of the author as copied then; the user may be gone.';
COMMENT ON COLUMN assessment.due_at IS 'When the work is due. UTC.';
COMMENT ON COLUMN assessment.planned_start_at IS 'When the work was to begin. UTC.';
COMMENT ON COLUMN assessment.planned_end_at IS 'When the work was to end. UTC.';
COMMENT ON COLUMN assessment.started_at IS 'When the work began. UTC.';
COMMENT ON COLUMN assessment.ended_at IS 'When the work ended. UTC.';
COMMENT ON COLUMN assessment.created_at IS 'When the activity itself was created, where it differs from its record. UTC.';
COMMENT ON COLUMN assessment.parent_activity_number IS 'Number of the activity of which this one is a part.';
COMMENT ON COLUMN assessment.previous_activity_number IS 'Number of the activity that this one takes up again.';
COMMENT ON COLUMN assessment.preceding_activity_number IS 'Number of the activity that has to come before.';
COMMENT ON COLUMN assessment.payment_id IS 'Payment that the activity is about.';
COMMENT ON COLUMN assessment.is_private IS 'The record is shown to its owners only.';
COMMENT ON COLUMN assessment.summary IS 'What the activity is about.';
COMMENT ON COLUMN assessment.remarks IS 'Remarks of the officer.';
COMMENT ON COLUMN assessment.external_key IS 'Key of the activity in another system.';
COMMENT ON COLUMN assessment.expected_at IS 'When the papers are expected. UTC.';
COMMENT ON COLUMN assessment.received_at IS 'When the papers came in. UTC.';
COMMENT ON COLUMN assessment.sent_at IS 'When the papers went out. UTC.';
COMMENT ON COLUMN assessment.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN assessment.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN assessment.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN assessment.changed_by_id IS 'Who last changed the record.';

CREATE TABLE correspondence (
    correspondence_id UUID NOT NULL,
    application_id UUID NOT NULL,
    direction_code VARCHAR(30) NOT NULL,
    template_code VARCHAR(30),
    sender VARCHAR(350),
    recipient VARCHAR(350),
    to_line VARCHAR(2000),
    cc_line VARCHAR(2000),
    bcc_line VARCHAR(2000),
    activity_number VARCHAR(30) NOT NULL,
    title VARCHAR(250),
    sub_type VARCHAR(30),
    status_code VARCHAR(30),
    status_changed_at TIMESTAMP WITH TIME ZONE,
    status_changed_by_id UUID,
    priority_code VARCHAR(30),
    subject_person_id UUID,
    subject_organisation_id UUID,
    assigned_to_id UUID,
    assigned_by_id UUID,
    performed_by_id UUID,
    owning_position_id UUID,
    owning_office_id UUID,
    assigned_to_login VARCHAR(50),
    recorded_by_login VARCHAR(50),
    due_at TIMESTAMP WITH TIME ZONE,
    planned_start_at TIMESTAMP WITH TIME ZONE,
    planned_end_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    parent_activity_number VARCHAR(30),
    previous_activity_number VARCHAR(30),
    preceding_activity_number VARCHAR(30),
    payment_id UUID,
    is_private BOOLEAN,
    summary VARCHAR(255),
    remarks VARCHAR(1500),
    external_key VARCHAR(30),
    expected_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_correspondence PRIMARY KEY (correspondence_id),
    CONSTRAINT fk_correspondence__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_correspondence__direction_code FOREIGN KEY(direction_code) REFERENCES code_direction (code),
    CONSTRAINT fk_correspondence__template_code FOREIGN KEY(template_code) REFERENCES code_letter_template (code),
    CONSTRAINT fk_correspondence__status_code FOREIGN KEY(status_code) REFERENCES code_activity_status (code),
    CONSTRAINT fk_correspondence__status_changed_by_id FOREIGN KEY(status_changed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_correspondence__priority_code FOREIGN KEY(priority_code) REFERENCES code_priority (code),
    CONSTRAINT fk_correspondence__subject_person_id FOREIGN KEY(subject_person_id) REFERENCES person (person_id),
    CONSTRAINT fk_correspondence__subject_organisation_id FOREIGN KEY(subject_organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_correspondence__assigned_to_id FOREIGN KEY(assigned_to_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_correspondence__assigned_by_id FOREIGN KEY(assigned_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_correspondence__performed_by_id FOREIGN KEY(performed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_correspondence__owning_position_id FOREIGN KEY(owning_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_correspondence__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_correspondence__payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_correspondence__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_correspondence__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_correspondence__activity_number ON correspondence (activity_number);
CREATE INDEX ix_correspondence__application_id ON correspondence (application_id);
CREATE INDEX ix_correspondence__assigned_to_id ON correspondence (assigned_to_id);
CREATE INDEX ix_correspondence__payment_id ON correspondence (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX ix_correspondence__subject_organisation_id ON correspondence (subject_organisation_id) WHERE subject_organisation_id IS NOT NULL;
CREATE INDEX ix_correspondence__subject_person_id ON correspondence (subject_person_id) WHERE subject_person_id IS NOT NULL;
COMMENT ON TABLE correspondence IS 'A letter or message to or from the client or another party.';
COMMENT ON COLUMN correspondence.correspondence_id IS 'Identity of the row.';
COMMENT ON COLUMN correspondence.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN correspondence.direction_code IS 'Incoming or outgoing.';
COMMENT ON COLUMN correspondence.template_code IS 'Template of the letter.';
COMMENT ON COLUMN correspondence.sender IS 'E-mail address of the sender.';
COMMENT ON COLUMN correspondence.recipient IS 'E-mail address of the recipient.';
COMMENT ON COLUMN correspondence.to_line IS 'Recipients as written in the message.';
COMMENT ON COLUMN correspondence.cc_line IS 'Recipients of copies as written in the message.';
COMMENT ON COLUMN correspondence.bcc_line IS 'Recipients of blind copies as written in the message.';
COMMENT ON COLUMN correspondence.activity_number IS 'Number by which officers refer to the activity.';
COMMENT ON COLUMN correspondence.title IS 'Short title.';
COMMENT ON COLUMN correspondence.sub_type IS 'Closer type, as written by the office.';
COMMENT ON COLUMN correspondence.status_code IS 'State of the work.';
COMMENT ON COLUMN correspondence.status_changed_at IS 'When the state last changed. UTC.';
COMMENT ON COLUMN correspondence.status_changed_by_id IS 'Who last changed the state.';
COMMENT ON COLUMN correspondence.priority_code IS 'Priority.';
COMMENT ON COLUMN correspondence.subject_person_id IS 'The client concerned; empty where the whole application is.';
COMMENT ON COLUMN correspondence.subject_organisation_id IS 'The organisation concerned.';
COMMENT ON COLUMN correspondence.assigned_to_id IS 'The officer to whom the work is assigned.';
COMMENT ON COLUMN correspondence.assigned_by_id IS 'Who assigned the work.';
COMMENT ON COLUMN correspondence.performed_by_id IS 'The officer who did the work.';
COMMENT ON COLUMN correspondence.owning_position_id IS 'Position that owns the work.';
COMMENT ON COLUMN correspondence.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN correspondence.assigned_to_login IS 'Login name of the assigned officer as copied then; the user may be gone.';
COMMENT ON COLUMN correspondence.recorded_by_login IS 'Login name of the author as copied then; the user may be gone.';
COMMENT ON COLUMN correspondence.due_at IS 'When the work is due. UTC.';
COMMENT ON COLUMN correspondence.planned_start_at IS 'When the work was to begin. UTC.';
COMMENT ON COLUMN correspondence.planned_end_at IS 'When the work was to end. UTC.';
COMMENT ON COLUMN correspondence.started_at IS 'When the work began. UTC.';
COMMENT ON COLUMN correspondence.ended_at IS 'When the work ended. UTC.';
COMMENT ON COLUMN correspondence.created_at IS 'When the activity itself was created, where it differs from its record. UTC.';
COMMENT ON COLUMN correspondence.parent_activity_number IS 'Number of the activity of which this one is a part.';
COMMENT ON COLUMN correspondence.previous_activity_number IS 'Number of the activity that this one takes up again.';
COMMENT ON COLUMN correspondence.preceding_activity_number IS 'Number of the activity that has to come before.';
COMMENT ON COLUMN correspondence.payment_id IS 'Payment that the activity is about.';
COMMENT ON COLUMN correspondence.is_private IS 'The record is shown to its owners only.';
COMMENT ON COLUMN correspondence.summary IS 'What the activity is about.';
COMMENT ON COLUMN correspondence.remarks IS 'Remarks of the officer.';
COMMENT ON COLUMN correspondence.external_key IS 'Key of the activity in another system.';
COMMENT ON COLUMN correspondence.expected_at IS 'When the papers are expected. UTC.';
COMMENT ON COLUMN correspondence.received_at IS 'When the papers came in. UTC.';
COMMENT ON COLUMN correspondence.sent_at IS 'When the papers went out. UTC.';
COMMENT ON COLUMN correspondence.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN correspondence.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN correspondence.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN correspondence.changed_by_id IS 'Who last changed the record.';

CREATE TABLE online_event (
    online_event_id UUID NOT NULL,
    application_id UUID NOT NULL,
    activity_number VARCHAR(30) NOT NULL,
    title VARCHAR(250),
    sub_type VARCHAR(30),
    status_code VARCHAR(30),
    status_changed_at TIMESTAMP WITH TIME ZONE,
    status_changed_by_id UUID,
    priority_code VARCHAR(30),
    subject_person_id UUID,
    subject_organisation_id UUID,
    assigned_to_id UUID,
    assigned_by_id UUID,
    performed_by_id UUID,
    owning_position_id UUID,
    owning_office_id UUID,
    assigned_to_login VARCHAR(50),
    recorded_by_login VARCHAR(50),
    due_at TIMESTAMP WITH TIME ZONE,
    planned_start_at TIMESTAMP WITH TIME ZONE,
    planned_end_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    parent_activity_number VARCHAR(30),
    previous_activity_number VARCHAR(30),
    preceding_activity_number VARCHAR(30),
    payment_id UUID,
    is_private BOOLEAN,
    summary VARCHAR(255),
    remarks VARCHAR(1500),
    external_key VARCHAR(30),
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_online_event PRIMARY KEY (online_event_id),
    CONSTRAINT fk_online_event__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_online_event__status_code FOREIGN KEY(status_code) REFERENCES code_activity_status (code),
    CONSTRAINT fk_online_event__status_changed_by_id FOREIGN KEY(status_changed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_online_event__priority_code FOREIGN KEY(priority_code) REFERENCES code_priority (code),
    CONSTRAINT fk_online_event__subject_person_id FOREIGN KEY(subject_person_id) REFERENCES person (person_id),
    CONSTRAINT fk_online_event__subject_organisation_id FOREIGN KEY(subject_organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_online_event__assigned_to_id FOREIGN KEY(assigned_to_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_online_event__assigned_by_id FOREIGN KEY(assigned_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_online_event__performed_by_id FOREIGN KEY(performed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_online_event__owning_position_id FOREIGN KEY(owning_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_online_event__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_online_event__payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_online_event__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_online_event__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_online_event__activity_number ON online_event (activity_number);
CREATE INDEX ix_online_event__application_id ON online_event (application_id);
CREATE INDEX ix_online_event__assigned_to_id ON online_event (assigned_to_id);
CREATE INDEX ix_online_event__payment_id ON online_event (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX ix_online_event__subject_organisation_id ON online_event (subject_organisation_id) WHERE subject_organisation_id IS NOT NULL;
CREATE INDEX ix_online_event__subject_person_id ON online_event (subject_person_id) WHERE subject_person_id IS NOT NULL;
COMMENT ON TABLE online_event IS 'Something that the client did, or that happened, in the online account.';
COMMENT ON COLUMN online_event.online_event_id IS 'Identity of the row.';
COMMENT ON COLUMN online_event.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN online_event.activity_number IS 'Number by which officers refer to the activity.';
COMMENT ON COLUMN online_event.title IS 'Short title.';
COMMENT ON COLUMN online_event.sub_type IS 'Closer type, as written by the office.';
COMMENT ON COLUMN online_event.status_code IS 'State of the work.';
COMMENT ON COLUMN online_event.status_changed_at IS 'When the state last changed. UTC.';
COMMENT ON COLUMN online_event.status_changed_by_id IS 'Who last changed the state.';
COMMENT ON COLUMN online_event.priority_code IS 'Priority.';
COMMENT ON COLUMN online_event.subject_person_id IS 'The client concerned; empty where the whole application is.';
COMMENT ON COLUMN online_event.subject_organisation_id IS 'The organisation concerned.';
COMMENT ON COLUMN online_event.assigned_to_id IS 'The officer to whom the work is assigned.';
COMMENT ON COLUMN online_event.assigned_by_id IS 'Who assigned the work.';
COMMENT ON COLUMN online_event.performed_by_id IS 'The officer who did the work.';
COMMENT ON COLUMN online_event.owning_position_id IS 'Position that owns the work.';
COMMENT ON COLUMN online_event.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN online_event.assigned_to_login IS 'Login name of the assigned officer as copied then; the user may be gone.';
COMMENT ON COLUMN online_event.recorded_by_login IS 'Login name of the author as copied then; the user may be gone.';
COMMENT ON COLUMN online_event.due_at IS 'When the work is due. UTC.';
COMMENT ON COLUMN online_event.planned_start_at IS 'When the work was to begin. UTC.';
COMMENT ON COLUMN online_event.planned_end_at IS 'When the work was to end. UTC.';
COMMENT ON COLUMN online_event.started_at IS 'When the work began. UTC.';
COMMENT ON COLUMN online_event.ended_at IS 'When the work ended. UTC.';
COMMENT ON COLUMN online_event.created_at IS 'When the activity itself was created, where it differs from its record. UTC.';
COMMENT ON COLUMN online_event.parent_activity_number IS 'Number of the activity of which this one is a part.';
COMMENT ON COLUMN online_event.previous_activity_number IS 'Number of the activity that this one takes up again.';
COMMENT ON COLUMN online_event.preceding_activity_number IS 'Number of the activity that has to come before.';
COMMENT ON COLUMN online_event.payment_id IS 'Payment that the activity is about.';
COMMENT ON COLUMN online_event.is_private IS 'The record is shown to its owners only.';
COMMENT ON COLUMN online_event.summary IS 'What the activity is about.';
COMMENT ON COLUMN online_event.remarks IS 'Remarks of the officer.';
COMMENT ON COLUMN online_event.external_key IS 'Key of the activity in another system.';
COMMENT ON COLUMN online_event.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN online_event.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN online_event.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN online_event.changed_by_id IS 'Who last changed the record.';

CREATE TABLE task (
    task_id UUID NOT NULL,
    application_id UUID NOT NULL,
    type_code VARCHAR(30),
    calendar_type VARCHAR(30),
    appointment_start_at TIMESTAMP WITH TIME ZONE,
    appointment_end_at TIMESTAMP WITH TIME ZONE,
    activity_number VARCHAR(30) NOT NULL,
    title VARCHAR(250),
    sub_type VARCHAR(30),
    status_code VARCHAR(30),
    status_changed_at TIMESTAMP WITH TIME ZONE,
    status_changed_by_id UUID,
    priority_code VARCHAR(30),
    subject_person_id UUID,
    subject_organisation_id UUID,
    assigned_to_id UUID,
    assigned_by_id UUID,
    performed_by_id UUID,
    owning_position_id UUID,
    owning_office_id UUID,
    assigned_to_login VARCHAR(50),
    recorded_by_login VARCHAR(50),
    due_at TIMESTAMP WITH TIME ZONE,
    planned_start_at TIMESTAMP WITH TIME ZONE,
    planned_end_at TIMESTAMP WITH TIME ZONE,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    parent_activity_number VARCHAR(30),
    previous_activity_number VARCHAR(30),
    preceding_activity_number VARCHAR(30),
    payment_id UUID,
    is_private BOOLEAN,
    summary VARCHAR(255),
    remarks VARCHAR(1500),
    external_key VARCHAR(30),
    expected_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_by_id UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_by_id UUID,
    CONSTRAINT pk_task PRIMARY KEY (task_id),
    CONSTRAINT fk_task__application_id FOREIGN KEY(application_id) REFERENCES application (application_id),
    CONSTRAINT fk_task__type_code FOREIGN KEY(type_code) REFERENCES code_task_type (code),
    CONSTRAINT fk_task__status_code FOREIGN KEY(status_code) REFERENCES code_activity_status (code),
    CONSTRAINT fk_task__status_changed_by_id FOREIGN KEY(status_changed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_task__priority_code FOREIGN KEY(priority_code) REFERENCES code_priority (code),
    CONSTRAINT fk_task__subject_person_id FOREIGN KEY(subject_person_id) REFERENCES person (person_id),
    CONSTRAINT fk_task__subject_organisation_id FOREIGN KEY(subject_organisation_id) REFERENCES organisation (organisation_id),
    CONSTRAINT fk_task__assigned_to_id FOREIGN KEY(assigned_to_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_task__assigned_by_id FOREIGN KEY(assigned_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_task__performed_by_id FOREIGN KEY(performed_by_id) REFERENCES user_account (user_account_id),
    CONSTRAINT fk_task__owning_position_id FOREIGN KEY(owning_position_id) REFERENCES position (position_id),
    CONSTRAINT fk_task__owning_office_id FOREIGN KEY(owning_office_id) REFERENCES office (office_id),
    CONSTRAINT fk_task__payment_id FOREIGN KEY(payment_id) REFERENCES payment (payment_id),
    CONSTRAINT fk_task__recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE,
    CONSTRAINT fk_task__changed_by_id FOREIGN KEY(changed_by_id) REFERENCES user_account (user_account_id) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX ix_task__activity_number ON task (activity_number);
CREATE INDEX ix_task__application_id ON task (application_id);
CREATE INDEX ix_task__assigned_to_id ON task (assigned_to_id);
CREATE INDEX ix_task__payment_id ON task (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX ix_task__subject_organisation_id ON task (subject_organisation_id) WHERE subject_organisation_id IS NOT NULL;
CREATE INDEX ix_task__subject_person_id ON task (subject_person_id) WHERE subject_person_id IS NOT NULL;
COMMENT ON TABLE task IS 'Work to be done on an application: interview, request for documents, reminder.';
COMMENT ON COLUMN task.task_id IS 'Identity of the row.';
COMMENT ON COLUMN task.application_id IS 'The application to which this row belongs.';
COMMENT ON COLUMN task.type_code IS 'Kind of task; empty where none was recorded.';
COMMENT ON COLUMN task.calendar_type IS 'How the task shows in the calendar, as written by the office.';
COMMENT ON COLUMN task.appointment_start_at IS 'When the appointment begins. UTC.';
COMMENT ON COLUMN task.appointment_end_at IS 'When the appointment ends. UTC.';
COMMENT ON COLUMN task.activity_number IS 'Number by which officers refer to the activity.';
COMMENT ON COLUMN task.title IS 'Short title.';
COMMENT ON COLUMN task.sub_type IS 'Closer type, as written by the office.';
COMMENT ON COLUMN task.status_code IS 'State of the work.';
COMMENT ON COLUMN task.status_changed_at IS 'When the state last changed. UTC.';
COMMENT ON COLUMN task.status_changed_by_id IS 'Who last changed the state.';
COMMENT ON COLUMN task.priority_code IS 'Priority.';
COMMENT ON COLUMN task.subject_person_id IS 'The client concerned; empty where the whole application is.';
COMMENT ON COLUMN task.subject_organisation_id IS 'The organisation concerned.';
COMMENT ON COLUMN task.assigned_to_id IS 'The officer to whom the work is assigned.';
COMMENT ON COLUMN task.assigned_by_id IS 'Who assigned the work.';
COMMENT ON COLUMN task.performed_by_id IS 'The officer who did the work.';
COMMENT ON COLUMN task.owning_position_id IS 'Position that owns the work.';
COMMENT ON COLUMN task.owning_office_id IS 'Office that owns the record.';
COMMENT ON COLUMN task.assigned_to_login IS 'Login name of the assigned officer as copied then; the user may be gone.';
COMMENT ON COLUMN task.recorded_by_login IS 'Login name of the author as copied then; the user may be gone.';
COMMENT ON COLUMN task.due_at IS 'When the work is due. UTC.';
COMMENT ON COLUMN task.planned_start_at IS 'When the work was to begin. UTC.';
COMMENT ON COLUMN task.planned_end_at IS 'When the work was to end. UTC.';
COMMENT ON COLUMN task.started_at IS 'When the work began. UTC.';
COMMENT ON COLUMN task.ended_at IS 'When the work ended. UTC.';
COMMENT ON COLUMN task.created_at IS 'When the activity itself was created, where it differs from its record. UTC.';
COMMENT ON COLUMN task.parent_activity_number IS 'Number of the activity of which this one is a part.';
COMMENT ON COLUMN task.previous_activity_number IS 'Number of the activity that this one takes up again.';
COMMENT ON COLUMN task.preceding_activity_number IS 'Number of the activity that has to come before.';
COMMENT ON COLUMN task.payment_id IS 'Payment that the activity is about.';
COMMENT ON COLUMN task.is_private IS 'The record is shown to its owners only.';
COMMENT ON COLUMN task.summary IS 'What the activity is about.';
COMMENT ON COLUMN task.remarks IS 'Remarks of the officer.';
COMMENT ON COLUMN task.external_key IS 'Key of the activity in another system.';
COMMENT ON COLUMN task.expected_at IS 'When the papers are expected. UTC.';
COMMENT ON COLUMN task.received_at IS 'When the papers came in. UTC.';
COMMENT ON COLUMN task.sent_at IS 'When the papers went out. UTC.';
COMMENT ON COLUMN task.recorded_at IS 'When the record was made, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN task.recorded_by_id IS 'Who made the record.';
COMMENT ON COLUMN task.changed_at IS 'When the record was last changed, as stamped by the system of origin. UTC.';
COMMENT ON COLUMN task.changed_by_id IS 'Who last changed the record.';

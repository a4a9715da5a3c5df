CREATE TABLE "freshness" (
	"org_id" bigint PRIMARY KEY NOT NULL,
	"counted_at" timestamp (3) with time zone NOT NULL,
	"hourly_as_of" timestamp (3) with time zone,
	"daily_as_of" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"org_id" bigint PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"time_zone" text NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"next_time_zone" text,
	"next_generation" integer,
	"member_visibility" text DEFAULT 'self' NOT NULL,
	"retention_months" integer DEFAULT 25 NOT NULL,
	"events_from" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "organizations_slug_unique" UNIQUE("slug"),
	CONSTRAINT "organizations_retention" CHECK ("organizations"."retention_months" between 1 and 120),
	CONSTRAINT "organizations_next" CHECK (("organizations"."next_time_zone" is null) = ("organizations"."next_generation" is null))
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "accounts_issuer_subject_pk" PRIMARY KEY("issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"org_id" bigint NOT NULL,
	"invitation_id" uuid NOT NULL,
	"email" text,
	"role" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"accepted_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_org_id_invitation_id_pk" PRIMARY KEY("org_id","invitation_id"),
	CONSTRAINT "invitations_token" UNIQUE("org_id","token_hash")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"org_id" bigint NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"joined_at" timestamp (3) with time zone NOT NULL,
	"removed_at" timestamp (3) with time zone,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "memberships_org_id_user_id_pk" PRIMARY KEY("org_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"org_id" bigint NOT NULL,
	"person_id" uuid NOT NULL,
	"user_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"erased_at" timestamp (3) with time zone,
	CONSTRAINT "people_org_id_person_id_pk" PRIMARY KEY("org_id","person_id"),
	CONSTRAINT "people_user" UNIQUE("org_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "key_hashes" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"org_id" bigint NOT NULL,
	"key_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "keys" (
	"org_id" bigint NOT NULL,
	"key_id" uuid NOT NULL,
	"user_id" uuid,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"scopes" text[] NOT NULL,
	"settles" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	CONSTRAINT "keys_org_id_key_id_pk" PRIMARY KEY("org_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "rejections" (
	"org_id" bigint NOT NULL,
	"key_id" uuid NOT NULL,
	"day" date NOT NULL,
	"reason" text NOT NULL,
	"count" integer NOT NULL,
	"last_message" text NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "rejections_org_id_key_id_day_reason_pk" PRIMARY KEY("org_id","key_id","day","reason")
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"org_id" bigint NOT NULL,
	"serial" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"action" text NOT NULL,
	"subject_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"ip" text,
	"user_agent" text,
	"request_id" text,
	"previous_hash" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_entries_org_id_serial_pk" PRIMARY KEY("org_id","serial")
);
--> statement-breakpoint
CREATE TABLE "audit_heads" (
	"org_id" bigint PRIMARY KEY NOT NULL,
	"serial" bigint NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "active_counts" (
	"org_id" bigint NOT NULL,
	"utc_day" date NOT NULL,
	"window_days" smallint NOT NULL,
	"client_id" integer NOT NULL,
	"tier_id" integer NOT NULL,
	"language_id" integer NOT NULL,
	"users" bigint NOT NULL,
	CONSTRAINT "active_counts_org_id_utc_day_window_days_client_id_tier_id_language_id_pk" PRIMARY KEY("org_id","utc_day","window_days","client_id","tier_id","language_id")
);
--> statement-breakpoint
CREATE TABLE "active_days" (
	"org_id" bigint NOT NULL,
	"utc_day" date NOT NULL,
	"client_id" integer DEFAULT 0 NOT NULL,
	"tier_id" integer DEFAULT 0 NOT NULL,
	"language_id" integer DEFAULT 0 NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "active_days_org_id_utc_day_client_id_tier_id_language_id_pk" PRIMARY KEY("org_id","utc_day","client_id","tier_id","language_id")
);
--> statement-breakpoint
CREATE TABLE "day_clients" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"client_id" integer DEFAULT 0 NOT NULL,
	"tier_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	"users" integer NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "day_clients_org_id_generation_day_client_id_tier_id_pk" PRIMARY KEY("org_id","generation","day","client_id","tier_id")
);
--> statement-breakpoint
CREATE TABLE "day_identities" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"identity_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	CONSTRAINT "day_identities_org_id_generation_day_identity_id_pk" PRIMARY KEY("org_id","generation","day","identity_id")
);
--> statement-breakpoint
CREATE TABLE "day_languages" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"language_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	"users" integer NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "day_languages_org_id_generation_day_language_id_pk" PRIMARY KEY("org_id","generation","day","language_id")
);
--> statement-breakpoint
CREATE TABLE "day_models" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"model_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	"users" integer NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "day_models_org_id_generation_day_model_id_pk" PRIMARY KEY("org_id","generation","day","model_id")
);
--> statement-breakpoint
CREATE TABLE "day_projects" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"project_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	"users" integer NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "day_projects_org_id_generation_day_project_id_pk" PRIMARY KEY("org_id","generation","day","project_id")
);
--> statement-breakpoint
CREATE TABLE "day_providers" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"provider_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	"users" integer NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "day_providers_org_id_generation_day_provider_id_pk" PRIMARY KEY("org_id","generation","day","provider_id")
);
--> statement-breakpoint
CREATE TABLE "days" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"day" date NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	"users" integer NOT NULL,
	"identities" bit varying NOT NULL,
	CONSTRAINT "days_org_id_generation_day_pk" PRIMARY KEY("org_id","generation","day")
);
--> statement-breakpoint
CREATE TABLE "dirty_days" (
	"org_id" bigint NOT NULL,
	"utc_day" date NOT NULL,
	CONSTRAINT "dirty_days_org_id_utc_day_pk" PRIMARY KEY("org_id","utc_day")
);
--> statement-breakpoint
CREATE TABLE "dirty_hours" (
	"org_id" bigint NOT NULL,
	"utc_hour" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_keys" (
	"org_id" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"base_id" uuid,
	"path" smallint NOT NULL,
	CONSTRAINT "event_keys_org_id_event_id_pk" PRIMARY KEY("org_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"org_id" bigint NOT NULL,
	"identity_id" integer NOT NULL,
	"namespace" text NOT NULL,
	"claim" text NOT NULL,
	"person_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "identities_org_id_identity_id_pk" PRIMARY KEY("org_id","identity_id"),
	CONSTRAINT "identities_claim" UNIQUE("org_id","namespace","claim")
);
--> statement-breakpoint
CREATE TABLE "identity_days" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"identity_id" integer DEFAULT 0 NOT NULL,
	"day" date NOT NULL,
	"model_id" integer DEFAULT 0 NOT NULL,
	"client_id" integer DEFAULT 0 NOT NULL,
	"project_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	CONSTRAINT "identity_days_org_id_generation_identity_id_day_model_id_client_id_project_id_pk" PRIMARY KEY("org_id","generation","identity_id","day","model_id","client_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "month_identities" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"month" date NOT NULL,
	"identity_id" integer DEFAULT 0 NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	CONSTRAINT "month_identities_org_id_generation_month_identity_id_pk" PRIMARY KEY("org_id","generation","month","identity_id")
);
--> statement-breakpoint
CREATE TABLE "names" (
	"org_id" bigint NOT NULL,
	"kind" smallint NOT NULL,
	"name_id" integer NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "names_org_id_kind_name_id_pk" PRIMARY KEY("org_id","kind","name_id"),
	CONSTRAINT "names_value" UNIQUE("org_id","kind","value")
);
--> statement-breakpoint
CREATE TABLE "org_hours" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"day" date NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	CONSTRAINT "org_hours_org_id_generation_hour_pk" PRIMARY KEY("org_id","generation","hour")
);
--> statement-breakpoint
CREATE TABLE "unsettled_hours" (
	"org_id" bigint NOT NULL,
	"utc_hour" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "unsettled_hours_org_id_utc_hour_pk" PRIMARY KEY("org_id","utc_hour")
);
--> statement-breakpoint
CREATE TABLE "usage_events" (
	"org_id" bigint NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"cost_nanos" bigint NOT NULL,
	"credits_microcredits" bigint,
	"event_id" uuid NOT NULL,
	"session_id" uuid,
	"uncached_tokens" integer NOT NULL,
	"cache_read_tokens" integer NOT NULL,
	"cache_write_5m_tokens" integer NOT NULL,
	"cache_write_1h_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"reasoning_tokens" integer NOT NULL,
	"latency_ms" integer,
	"ttft_ms" integer,
	"identity_id" integer DEFAULT 0 NOT NULL,
	"model_id" integer DEFAULT 0 NOT NULL,
	"provider_id" integer DEFAULT 0 NOT NULL,
	"client_id" integer DEFAULT 0 NOT NULL,
	"client_version_id" integer DEFAULT 0 NOT NULL,
	"project_id" integer DEFAULT 0 NOT NULL,
	"language_id" integer DEFAULT 0 NOT NULL,
	"mode_id" integer DEFAULT 0 NOT NULL,
	"tier_id" integer DEFAULT 0 NOT NULL,
	"source_id" integer DEFAULT 0 NOT NULL,
	"profile_id" integer DEFAULT 0 NOT NULL,
	"price_version_id" integer DEFAULT 0 NOT NULL,
	"cost_kind" smallint NOT NULL,
	"outcome" smallint NOT NULL,
	"settles" boolean NOT NULL,
	CONSTRAINT "usage_events_org_id_occurred_at_event_id_pk" PRIMARY KEY("org_id","occurred_at","event_id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"org_id" bigint NOT NULL,
	"generation" integer NOT NULL,
	"hour" timestamp (3) with time zone NOT NULL,
	"day" date NOT NULL,
	"identity_id" integer DEFAULT 0 NOT NULL,
	"profile_id" integer DEFAULT 0 NOT NULL,
	"model_id" integer DEFAULT 0 NOT NULL,
	"provider_id" integer DEFAULT 0 NOT NULL,
	"client_id" integer DEFAULT 0 NOT NULL,
	"project_id" integer DEFAULT 0 NOT NULL,
	"language_id" integer DEFAULT 0 NOT NULL,
	"mode_id" integer DEFAULT 0 NOT NULL,
	"tier_id" integer DEFAULT 0 NOT NULL,
	"settles" boolean NOT NULL,
	"requests" bigint NOT NULL,
	"failed_requests" bigint NOT NULL,
	"priced_requests" bigint NOT NULL,
	"unpriced_requests" bigint NOT NULL,
	"uncached_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"metered_nanos" bigint NOT NULL,
	"estimated_nanos" bigint NOT NULL,
	"priced_nanos" bigint NOT NULL,
	"credits_microcredits" bigint NOT NULL,
	CONSTRAINT "usage_hours_org_id_generation_hour_identity_id_profile_id_model_id_provider_id_client_id_project_id_language_id_mode_id_tier_id_settles_pk" PRIMARY KEY("org_id","generation","hour","identity_id","profile_id","model_id","provider_id","client_id","project_id","language_id","mode_id","tier_id","settles")
);
--> statement-breakpoint
ALTER TABLE "freshness" ADD CONSTRAINT "freshness_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_user_id_users_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_org_id_user_id_memberships_org_id_user_id_fk" FOREIGN KEY ("org_id","user_id") REFERENCES "public"."memberships"("org_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_org_id_user_id_memberships_org_id_user_id_fk" FOREIGN KEY ("org_id","user_id") REFERENCES "public"."memberships"("org_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rejections" ADD CONSTRAINT "rejections_org_id_key_id_keys_org_id_key_id_fk" FOREIGN KEY ("org_id","key_id") REFERENCES "public"."keys"("org_id","key_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_heads" ADD CONSTRAINT "audit_heads_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "names" ADD CONSTRAINT "names_org_id_organizations_org_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organizations"("org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "memberships_user" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "keys_user" ON "keys" USING btree ("org_id","user_id");--> statement-breakpoint
CREATE INDEX "event_keys_base" ON "event_keys" USING btree ("org_id","base_id") WHERE "event_keys"."base_id" is not null;--> statement-breakpoint
CREATE INDEX "identities_person" ON "identities" USING btree ("org_id","person_id");--> statement-breakpoint
CREATE INDEX "identity_days_project" ON "identity_days" USING btree ("org_id","generation","project_id","day");
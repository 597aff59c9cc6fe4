/**
 * What is taken for a secret. The list's order decides which rule a name that holds two nouns counts under. Prefixes and
 * lengths are those that the issuers publish (GitHub, GitLab, AWS, Google … documentation of token formats).
 */

import { prefixed, type Rule, type ValueRule } from './rule.ts'
import {
  authCredentials,
  awsSecretKey,
  azureClientSecret,
  base64Key,
  jwt,
  privateKeyBlock,
  sqlPassword,
  telegramToken,
  terraformToken,
  twilioKey,
  urlSignature,
} from './shapes.ts'
import { curlPassword, dsnPassword, oraclePassword, urlPassword } from './urls.ts'

const named = (name: string, title: string, nouns: string, whole = ''): Rule => ({
  name,
  title,
  keys: [
    ...nouns.split(', ').map((noun) => ({ words: noun.split(' ') })),
    ...(whole === '' ? [] : whole.split(', ').map((noun) => ({ words: noun.split(' '), whole: true }))),
  ],
})

const shaped = (name: string, title: string, keywords: string[], find: ValueRule['find'], exact = false): Rule => ({
  name,
  title,
  keywords,
  exact,
  find,
})

export const RULES: readonly Rule[] = [
  named('authorization', 'Authorization headers', 'authorization'),
  named('cookie', 'Cookie and Set-Cookie', 'cookie'),
  named('session', 'session cookies by their usual names', 'sessid, jsessionid, connect sid'),
  named('connection_string', 'connection strings', 'connection string, connstr, conn str, connectionstr'),
  named(
    'password',
    'passwords and passphrases',
    'password, passwd, pwd, passphrase, passcode, passwort, kennwort',
    'pass',
  ),
  named(
    'api_key',
    'API keys',
    'api key, app key, application key, subscription key, consumer key, functions key, license key, service key, webhook key',
  ),
  named(
    'access_key',
    'access, account and signing keys',
    'access key, account key, auth key, secret key, signing key, encryption key, master key, hmac key, session key, ' +
      'storage key, shared key, admin key, crypto key, jwt key',
  ),
  named('private_key', 'private keys by name', 'private key, ssh key, rsa key, key data, preshared key', 'psk'),
  named('secret', 'secrets by name', 'secret'),
  named('token', 'tokens by name', 'token, jwt, bearer'),
  named('credential', 'credentials by name', 'credential, creds, mnemonic, seed phrase'),
  named('card_code', 'card security codes and one-time codes', 'security code', 'cvv, cvc, otp, totp'),

  shaped('url_password', 'scheme://user:password@host', ['://'], urlPassword),
  shaped('dsn_password', 'user:password@tcp(host)/db', ['@tcp(', '@unix('], dsnPassword),
  shaped('oracle_password', 'jdbc:oracle:thin:user/password@host', [':thin:'], oraclePassword),
  shaped('curl_password', 'curl -u user:password', [' -u ', ' -u=', ' --user[ =]'], curlPassword),
  shaped(
    'sql_password',
    "IDENTIFIED BY 'password'",
    ['identified by ', 'identified with ', 'set password for ', 'temporary password is '],
    sqlPassword,
  ),
  shaped('bearer', 'Bearer and Basic credentials in text', ['bearer[ \t]', 'basic[ \t]'], authCredentials),
  shaped('private_key_block', 'PEM and PGP private keys', ['-----BEGIN'], privateKeyBlock, true),
  shaped('jwt', 'JSON web tokens', ['eyJ'], jwt, true),

  shaped('aws_secret_key', 'an AWS secret key beside its key id', ['AKIA', 'ASIA', 'ABIA', 'ACCA'], awsSecretKey, true),
  prefixed(
    'aws_access_key',
    'AWS access key ids',
    ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
    /A[KSBC][IC]A[A-Z0-9]{16}(?![A-Za-z0-9])/y,
  ),
  prefixed('aws_bedrock_key', 'Amazon Bedrock API keys', ['ABSKQmVkcm9ja0'], /ABSKQmVkcm9ja0[A-Za-z0-9+/]{40,}={0,2}/y),
  shaped('url_signature', 'signatures in signed URLs (Azure SAS, S3, Google)', ['sig=', 'signature='], urlSignature),
  prefixed('gcp_api_key', 'Google API keys', ['AIza'], /AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/y),
  prefixed(
    'gcp_oauth',
    'Google OAuth tokens and client secrets',
    ['ya29.', 'GOCSPX-'],
    /(?:ya29\.|GOCSPX-)[A-Za-z0-9_.-]{20,}/y,
  ),
  shaped('azure_client_secret', 'Microsoft Entra client secrets', ['[0-9]Q~'], azureClientSecret, true),
  shaped('azure_key', 'Azure storage and service keys', ['==["\' \n,;&<>).\\\\]', 'AZDO'], base64Key, true),

  prefixed(
    'github_token',
    'GitHub tokens',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
    /(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/y,
  ),
  prefixed(
    'gitlab_token',
    'GitLab tokens',
    [
      'glpat-',
      'gldt-',
      'glrt-',
      'glptt-',
      'glcbt-',
      'glft-',
      'glsoat-',
      'gloas-',
      'glimt-',
      'glagent-',
      'glffct-',
      'GR1348941',
    ],
    /(?:gl(?:pat|dt|rt|ptt|cbt|ft|soat|oas|imt|agent|ffct)-|GR1348941)[A-Za-z0-9_.-]{16,}/y,
  ),
  prefixed(
    'slack_token',
    'Slack tokens',
    ['xox[abeoprs][-.]', 'xapp-'],
    /(?:xox[abeoprs]|xapp)[-.][A-Za-z0-9.-]{10,}/y,
  ),
  prefixed(
    'webhook',
    'webhook addresses that carry their secret (Slack, Discord, Teams)',
    ['hooks.slack.com', 'discord.com', 'discordapp.com', 'webhook.office.com'],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/_-]{16,}|discord(?:app)?\.com\/api\/(?:v[0-9]{1,2}\/)?webhooks\/[0-9]{5,20}\/[A-Za-z0-9_-]{20,}|webhook\.office\.com\/[A-Za-z0-9/@_-]{30,}/y,
  ),
  prefixed(
    'stripe_key',
    'Stripe keys',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
    /(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9+/=]{10,}/y,
  ),
  shaped('twilio_key', 'Twilio API keys', ['SK[0-9a-f][0-9a-f]'], twilioKey, true),
  prefixed('sendgrid_key', 'SendGrid keys', ['SG.'], /SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,}/y),
  prefixed(
    'mail_key',
    'Mailgun, Mailchimp and Brevo keys',
    ['key-[0-9a-f]', 'xkeysib-'],
    /(?:key-[0-9a-f]{32}|xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16})(?![A-Za-z0-9])/y,
  ),
  prefixed('npm_token', 'npm tokens', ['npm_'], /npm_[A-Za-z0-9]{36,}/y),
  prefixed('pypi_token', 'PyPI tokens', ['pypi-A'], /pypi-A[A-Za-z0-9_-]{50,}/y),
  prefixed('rubygems_key', 'RubyGems keys', ['rubygems_'], /rubygems_[0-9a-f]{48}/y),
  prefixed('docker_token', 'Docker Hub tokens', ['dckr_pat_', 'dckr_oat_'], /dckr_[po]at_[A-Za-z0-9_-]{24,}/y),
  prefixed('digitalocean_token', 'DigitalOcean tokens', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /do[opr]_v1_[0-9a-f]{64}/y),
  prefixed('anthropic_key', 'Anthropic keys', ['sk-ant-'], /sk-ant-[A-Za-z0-9_-]{20,}/y),
  prefixed(
    'openai_key',
    'OpenAI keys and others of that shape (DeepSeek, OpenRouter)',
    ['sk-[A-Za-z0-9]'],
    /sk-(?:(?:proj|svcacct|admin|None|or-v1)-[A-Za-z0-9_-]{20,}|(?=[A-Za-z_-]{0,40}[0-9])(?:[A-Za-z0-9]{20,}))/y,
  ),
  prefixed(
    'grafana_token',
    'Grafana tokens',
    ['glsa_', 'glc_'],
    /(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/]{32,}={0,2})/y,
  ),
  prefixed(
    'huggingface_token',
    'Hugging Face tokens',
    ['hf_[A-Za-z]', 'api_org_'],
    /(?:hf_[A-Za-z0-9]{30,}|api_org_[A-Za-z0-9]{30,})/y,
  ),
  shaped('telegram_token', 'Telegram bot tokens', ['[0-9]:AA'], telegramToken, true),
  prefixed('vault_token', 'HashiCorp Vault tokens', ['hv[sbr].'], /hv[sbr]\.[A-Za-z0-9_-]{24,}/y),
  shaped('terraform_token', 'Terraform Cloud tokens', ['.atlasv1.'], terraformToken, true),
  prefixed(
    'cloud_key',
    'Alibaba and Tencent key ids',
    ['LTAI', 'AKID'],
    /(?:LTAI[A-Za-z0-9]{12,20}|AKID[A-Za-z0-9]{32})(?![A-Za-z0-9])/y,
  ),
  prefixed(
    'shopify_token',
    'Shopify tokens',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    /shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/y,
  ),
  prefixed('databricks_token', 'Databricks tokens', ['dapi[0-9a-f]'], /dapi[0-9a-f]{32}(?:-[0-9])?(?![A-Za-z0-9])/y),
  prefixed('newrelic_key', 'New Relic keys', ['NRAK-', 'NRJS-'], /NR(?:AK|JS)-[A-Za-z0-9]{19,}/y),
  prefixed(
    'service_token',
    'tokens of services with a prefix of their own (Linear, Notion, Postman, Doppler, Pulumi, Supabase, Sentry, …)',
    [
      'lin_api_',
      'ntn_',
      'PMAK-',
      'dp.pt.',
      'pul-[0-9a-f]',
      'sbp_',
      'sntrys_',
      'sntryu_',
      'tskey-',
      'pscale_',
      'nfp_',
      'ATATT3',
      'HRKU-',
      'gsk_',
      'xai-',
      'EAAC',
      'sq0',
      'figd_',
      'fly_',
      'FlyV1 ',
      'pplx-',
      'r8_[A-Za-z0-9]',
    ],
    /(?:lin_api_[A-Za-z0-9]{40}|ntn_[A-Za-z0-9]{40,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|dp\.pt\.[A-Za-z0-9]{40,}|pul-[0-9a-f]{40}|sbp_[0-9a-f]{40}|sntry[su]_[A-Za-z0-9+/=_]{40,}|tskey-[a-z]{3,10}-[A-Za-z0-9-]{16,}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{32,}|nfp_[A-Za-z0-9]{36,}|ATATT3[A-Za-z0-9_=-]{60,}|HRKU-[A-Za-z0-9_-]{36,}|gsk_[A-Za-z0-9]{48,}|xai-[A-Za-z0-9]{60,}|EAAC[A-Za-z0-9]{60,}|sq0[a-z]{3}-[A-Za-z0-9_-]{22,}|figd_[A-Za-z0-9_-]{36,}|fly_[a-z0-9]{2,8}_[A-Za-z0-9+/=_-]{40,}|pplx-[A-Za-z0-9]{40,}|r8_[A-Za-z0-9]{37,}|FlyV1 fm[0-9]_[A-Za-z0-9+/=,_-]{60,})/y,
  ),
  prefixed('age_key', 'age secret keys', ['AGE-SECRET-KEY-1'], /AGE-SECRET-KEY-1[A-Z0-9]{58}/y),
]

/** Counted and switched like the others, found by digits instead of keywords (card.ts). */
export const CARD_RULE = { name: 'card_number', title: 'payment card numbers (prefix, length and Luhn)' } as const

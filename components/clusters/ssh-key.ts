import * as pulumi from "@pulumi/pulumi";

interface SshKeyInputs {
  /** What stands behind the key in authorized_keys. */
  comment: string;
}

/**
 * The code behind {@link SshKey}. It runs in a process of its own, from text that Pulumi keeps in the state: so it refers
 * to nothing outside of its functions.
 */
export const sshKeyProvider: pulumi.dynamic.ResourceProvider<SshKeyInputs> = {
  async create({ comment }) {
    const { createHash, generateKeyPairSync } = require("node:crypto") as typeof import("node:crypto");
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 4096 });
    const { n = "", e = "" } = publicKey.export({ format: "jwk" });

    // RFC 4253, section 6.6: "ssh-rsa", exponent, modulus, each behind its length; numbers are signed (RFC 4251, mpint).
    const field = (bytes: Buffer) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    };
    const number = (text: string) => {
      const bytes = Buffer.from(text, "base64url");
      return field((bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
    };
    const blob = Buffer.concat([field(Buffer.from("ssh-rsa")), number(e), number(n)]);
    const fingerprint = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
    return {
      id: `SHA256:${fingerprint}`,
      outs: {
        comment,
        publicKey: `ssh-rsa ${blob.toString("base64")} ${comment}`,
        privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
      },
    };
  },

  // A key stays for as long as the stack has one: another comment is no reason to lock everyone out.
  async diff() {
    return { changes: false };
  },
};

/** An RSA key pair for the nodes of a cluster. The private half lies in the state only, as a secret. */
export class SshKey extends pulumi.dynamic.Resource {
  /** A line of authorized_keys. */
  declare public readonly publicKey: pulumi.Output<string>;
  /** PEM; a secret. */
  declare public readonly privateKey: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      sshKeyProvider,
      name,
      { comment: name, publicKey: undefined, privateKey: undefined },
      { ...opts, additionalSecretOutputs: ["privateKey"] },
      "crypto",
      "SshKey",
    );
  }
}

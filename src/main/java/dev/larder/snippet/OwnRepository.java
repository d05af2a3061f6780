package dev.larder.snippet;

import java.util.ArrayList;
import java.util.List;

/// A repository of our own, and what clients have to be told to use it.
///
/// @param name of the repository
/// @param at where clients reach it
/// @param signature what clients check
/// @param fingerprint of the key they check it with: of an OpenPGP key, or the SHA-256 of a public
///   key in PEM; empty if it is not signed
public record OwnRepository(String name, Address at, Check signature, String fingerprint) {
  private static final String REPOS = "/usr/local/etc/pkg/repos";

  /// What clients check.
  public enum Check {
    /// pacman, OpenPGP signatures of packages and databases.
    OPENPGP,
    /// pkg, by the fingerprints of keys.
    FINGERPRINTS,
    /// pkg, by a public key.
    PUBKEY,
    /// Nothing.
    NONE
  }

  /// What to write where, for clients of a format.
  ///
  /// @param format `pacman` or `freebsd-pkg`
  public List<Snippet> snippets(String format) {
    List<String> notes = new ArrayList<>();
    if (at.isLoopback()) {
      notes.add(
          "only this machine reaches %s; for others see [packages] listen".formatted(at.base()));
    }
    if (!fingerprint.isEmpty() && !at.isEncrypted()) {
      notes.add(
          "the key comes over a connection that anybody on the way can change: compare its"
              + " fingerprint with what larder repo show %s says on the server".formatted(name));
    }
    return List.of(format.equals("pacman") ? pacman(notes) : pkg(notes));
  }

  /// A section of pacman.conf(5). pacman believes a key that its own key has signed (pacman-key(8),
  /// lsign-key).
  private Snippet pacman(List<String> notes) {
    boolean signed = signature == Check.OPENPGP;
    String text =
        """
        [%s]
        SigLevel = %s
        Server = %s$arch\
        """
            .formatted(name, signed ? "Required DatabaseRequired" : "Optional TrustAll", at.url());
    String key =
        "curl -fsS -o /tmp/%s.asc %skey.asc && pacman-key --add /tmp/%s.asc && pacman-key --lsign-key %s"
            .formatted(name, at.url(), name, fingerprint);
    String append = "cat >> /etc/pacman.conf && pacman -Sy";
    return new Snippet(
        "pacman",
        "pacman",
        "/etc/pacman.conf",
        "at the end; the command, for root, waits for these lines: paste them and press Ctrl-D",
        Edit.END,
        text,
        signed ? key + " && " + append : append,
        "sed -i '/^\\[%s\\]$/,+2d' /etc/pacman.conf".formatted(name)
            + (signed ? " && pacman-key --delete " + fingerprint : ""),
        notes);
  }

  /// A file of pkg.conf(5). A higher priority is asked first.
  private Snippet pkg(List<String> notes) {
    String keys = "/usr/local/etc/pkg/fingerprints/" + name;
    String pem = "/usr/local/etc/pkg/%s.pub".formatted(name);
    String trust =
        switch (signature) {
          case FINGERPRINTS ->
              "signature_type: \"fingerprints\",\n  fingerprints: \"%s\",".formatted(keys);
          case PUBKEY -> "signature_type: \"pubkey\",\n  pubkey: \"%s\",".formatted(pem);
          case NONE, OPENPGP -> "signature_type: \"none\",";
        };
    String prepare =
        switch (signature) {
          case FINGERPRINTS ->
              "mkdir -p %s/trusted %s/revoked && ".formatted(keys, keys)
                  + "printf 'function: \"sha256\"\\nfingerprint: \"%s\"\\n' > %s/trusted/%s && "
                      .formatted(fingerprint, keys, name);
          case PUBKEY -> "fetch -o %s %skey.pub && ".formatted(pem, at.url());
          case NONE, OPENPGP -> "";
        };
    String file = "%s/%s.conf".formatted(REPOS, name);
    String text =
        """
        %s: {
          url: "%s${ABI}",
          mirror_type: "none",
          %s
          priority: 10,
          enabled: yes
        }\
        """
            .formatted(name, at.url(), trust);
    String also =
        switch (signature) {
          case FINGERPRINTS -> " && rm -r " + keys;
          case PUBKEY -> " && rm " + pem;
          case NONE, OPENPGP -> "";
        };
    return new Snippet(
        "freebsd",
        "pkg",
        file,
        "a new file; the command, for root, waits for these lines: paste them and press Ctrl-D",
        Edit.FILE,
        text,
        prepare + "mkdir -p %s && cat > %s && pkg update".formatted(REPOS, file),
        "rm %s".formatted(file) + also,
        notes);
  }
}

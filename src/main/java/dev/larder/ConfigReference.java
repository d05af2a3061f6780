package dev.larder;

import dev.larder.cli.ManPage;
import dev.larder.config.ConfigText;
import dev.larder.config.Key;
import dev.larder.config.KeyTable;
import dev.larder.mirror.MirrorSettings;
import dev.larder.repo.RepositorySettings;
import dev.larder.settings.Config;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What people read about the configuration: the reference page and the file `larder config init`
/// writes.
final class ConfigReference {
  private static final String INTRODUCTION =
      """
      # Configuration

      <!-- Generated from the keys in the code; ConfigReferenceTest says how to write it anew. -->

      Larder needs no configuration. What you want to be different stands in `larder.toml`, in
      [TOML](https://toml.io). The first of these files that exists is read, and only that one:

      1. what `--config FILE` names; it has to exist
      2. what `$LARDER_CONFIG` names; it has to exist
      3. `/usr/local/etc/larder/larder.toml`, on FreeBSD
      4. `/etc/larder/larder.toml`
      5. `$XDG_CONFIG_HOME/larder/larder.toml`, or `~/.config/larder/larder.toml`

      ```sh
      larder config init                      # write a file with every key in it, commented out
      larder config check                     # is it right? says what is wrong, and where
      larder config show --effective --origin # what holds, and where each value comes from
      ```

      Unknown keys and wrong types are refused, all at once, with the place and a suggestion:

      ```
      larder.toml:3:1: error: unknown key "refersh" in [mirror.arch]
          3 | refersh = "10m"
            | ^^^^^^^  did you mean "refresh"?
      ```

      An example:

      ```toml
      data = "/srv/larder"

      [packages]
      listen = [":8080"]

      [mirror.arch]
      upstream = ["https://geo.mirror.pkgbuild.com", "https://mirror.example.net/archlinux"]
      refresh  = "10m"
      ```

      For FreeBSD, where freebsd-update asks for port 80 and nothing else:

      ```toml
      [packages]
      listen = ["[fdce::30]:80"]

      [mirror.freebsd-pkg]
      fingerprints = "/usr/share/keys/pkg"

      [mirror.freebsd-update]

      [mirror.freebsd-releases]
      ```

      """;

  private static final String VALUES =
      """
      ## Values

      | type | how to write it |
      |---|---|
      | duration | a number and a unit, `ms`, `s`, `m`, `h`, `d` or `w`, also several: `"30s"`, `"1h30m"`; at most `"3650d"` |
      | address:port | `"127.0.0.1:8080"`, `"[::1]:8080"`, or `":8080"` for every address; names are not looked up; port 0 lets the system choose. No two listeners may have the same |
      | time | a date, which begins in UTC, or RFC 3339: `2030-12-31`, `2030-12-31T18:00:00+01:00`; with or without quotes |
      | path | absolute, or relative to the directory of the configuration file (in a variable: to the working directory) |
      | secret | never itself but where it is: `"file:/run/secrets/name"` or `"env:NAME"`; no key of this version takes one |
      """;

  private ConfigReference() {}

  /// `docs/reference/configuration.md`.
  static String page() {
    return INTRODUCTION + environment() + VALUES + ConfigText.reference(Config.TABLES);
  }

  private static String environment() {
    String reserved =
        Config.RESERVED.stream().sorted().collect(Collectors.joining("`, `", "`", "`"));
    return """
    ## Environment

    Every key can be overridden by an environment variable: `LARDER_`, then tables and key in
    capitals with two underscores between them, and one underscore for `-`. Lists are separated by
    commas; an empty variable is an empty list.

    ```sh
    LARDER_PACKAGES__LISTEN=127.0.0.1:8080,[::1]:8080
    LARDER_MIRROR__ARCH__ACCEPT_ROLLBACK_AFTER=48h
    LARDER_CONSOLE__LISTEN=
    ```

    Tables that there may be several of, such as `[[token]]`, are only in the file. In the name of a
    mirror an underscore also stands for `.` or `_` if the file has such a mirror.
    A variable that names no key is refused like an unknown key, except %s and what Kubernetes sets
    for a service named larder (`LARDER_PORT`, `LARDER_SERVICE_HOST` and the like).

    """
        .formatted(reserved);
  }

  /// A `larder.toml` that documents every key and changes nothing.
  static String template() {
    return ConfigText.template(
        """
        Configuration of Larder. Every line is optional: the values behind # are the defaults, or
        examples where there is none. Remove the # to change one, and that of its table's header if
        it has one, then run: larder config check\
        """,
        Config.TABLES,
        "arch",
        Set.of(MirrorSettings.FINGERPRINTS, MirrorSettings.PUBKEY, RepositorySettings.ABIS));
  }

  /// `larder.toml(5)`.
  static ManPage manual(ManPage.Edition edition) {
    ManPage page = new ManPage("larder.toml", 5, edition, "configuration of a Larder server");
    page.heading("Description")
        .paragraph(
            "Larder needs no configuration. What is to be different stands in this file, in TOML."
                + " The first of these that exists is read, and only that one: what `--config` names;"
                + " what `LARDER_CONFIG` names; `/usr/local/etc/larder/larder.toml` on FreeBSD;"
                + " `/etc/larder/larder.toml`; `larder/larder.toml` in `XDG_CONFIG_HOME` or"
                + " `~/.config`.")
        .paragraph(
            "`larder config init` writes a file with every key in it, commented out; `larder config"
                + " check` finds mistakes and points at them; `larder config show --effective"
                + " --origin` tells what holds and where it comes from.")
        .paragraph(
            "A variable goes before the file: `LARDER_`, then tables and key in capitals, with two"
                + " underscores between them and one for `-`, as `LARDER_PACKAGES__LISTEN`. Lists"
                + " are separated by commas.");
    for (KeyTable table : Config.TABLES) {
      page.heading(table.path().isEmpty() ? "Top level" : "[" + table.path() + "]");
      page.paragraph(table.meaning());
      for (Key<?> key : table.keys()) {
        String otherwise = key.fallback() == null ? key.otherwise() : "`" + key.shown() + "`";
        page.item(
            key.name(),
            "%s\nType: %s. Default: %s.".formatted(key.meaning(), key.type().noun(), otherwise));
      }
    }
    return page.seeAlso(List.of("larder(1)", "larder-config(1)", "larder-serve(1)"));
  }
}

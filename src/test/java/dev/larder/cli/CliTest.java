package dev.larder.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.api.RequestFailed;
import dev.larder.api.SampleOperations;
import dev.larder.mirror.RefreshOutcome;
import dev.larder.wire.CacheInfo;
import dev.larder.wire.CleanupResult;
import dev.larder.wire.ErrorCode;
import dev.larder.wire.FilePage;
import dev.larder.wire.Json;
import dev.larder.wire.KeptList;
import dev.larder.wire.MirrorInfo;
import dev.larder.wire.MirrorList;
import dev.larder.wire.RefreshResult;
import dev.larder.wire.ScrubResult;
import dev.larder.wire.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the commands show, against a real console: for a person, for a program, as JSON.
class CliTest {
  @TempDir private Path directory;
  private CliFixture larder;

  @BeforeEach
  void open() throws IOException {
    larder = new CliFixture(directory);
  }

  @AfterEach
  void close() {
    larder.close();
  }

  private <T> T json(Class<T> type, String... args) {
    assertThat(larder.run(args)).isZero();
    return Json.response(larder.out().getBytes(UTF_8), type);
  }

  @Test
  void statusForAPerson() {
    larder.onTerminal();
    assertThat(larder.run("status")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            larder 1.2.3 at SERVER, up 3d (Java 25.0.3)
              packages  http://127.0.0.1:8080  http://192.0.2.7:8080
              waiting   cannot listen on 198.51.100.9:80: this machine has no such address
              data      /var/lib/larder, 41.2 GiB free

            MIRROR  FORMAT  STATE    REQUESTS   HITS  FROM CACHE  FROM UPSTREAM
            arch    pacman  refused      2000  91.3%    12.3 GiB        1.1 GiB
            quiet   pacman  idle            0      -         0 B            0 B

            MIRROR  ROOT  STATE    GENERATION  FETCHED  CHECKED  PACKAGES  HELD
            arch    arch  refused          12  3h ago   2m ago      15012  11,10

            MIRROR  FILL                                  PROGRESS                            OF      SPEED  LEFT  READERS
            arch    …x-6.12.1.arch1-1-x86_64.pkg.tar.zst  [##########----------]  52%  133.6 MiB  5.8 MiB/s   10s        3
            arch    extra/os/x86_64/new.db                4.0 KiB                              -  4.0 KiB/s     -        1

            refused arch: core.db is older than the one served (since 2h ago)
              take it anyway: larder mirror refresh arch --accept
            degraded arch: https://two.example backing off: connect timed out (tried again in 1m)
            """);
    assertThat(larder.out().lines()).allMatch(line -> line.length() <= CliFixture.WIDTH);
  }

  @Test
  void statusForAProgram() {
    assertThat(larder.run("status")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            server|1.2.3|25.0.3|2026-11-17T11:59:00Z|/var/lib/larder|44238217216|http://127.0.0.1:8080,http://192.0.2.7:8080
            waiting|cannot listen on 198.51.100.9:80: this machine has no such address
            mirror|arch|pacman|refused|2000|1825|13207024435|1181116006
            mirror|quiet|pacman|idle|0|0|0|0
            upstream|arch|https://one.example|ok||
            upstream|arch|https://two.example|backing off|2026-11-20T12:01:30Z|connect timed out
            upstream|quiet|https://three.example/archlinux|untried||
            root|arch|arch|refused|12|2026-11-20T09:00:00Z|2026-11-20T11:58:00Z|15012|11,10|core.db is older than the one served
            fill|arch|core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst|73400320|140123456|3|2026-11-20T11:59:48Z|https://one.example
            fill|arch|extra/os/x86_64/new.db|4096||1|2026-11-20T11:59:59Z|https://one.example
            """
                .replace('|', '\t'));
  }

  @Test
  void textThatIsPipedHasTimesInRfc3339AndIsNotCut() {
    assertThat(larder.run("status", "-o", "text")).isZero();
    assertThat(larder.out())
        .contains("2026-11-20T09:00:00Z")
        .contains("core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst")
        .contains("GENERATION")
        .doesNotContain(" ago");
  }

  @Test
  void jsonIsWhatTheApiSays() {
    assertThat(json(Status.class, "status", "-o", "json").mirrors()).hasSize(2);
    assertThat(json(MirrorList.class, "-o", "json", "mirror", "list").mirrors()).hasSize(2);
    assertThat(json(MirrorInfo.class, "mirror", "-o", "json", "show", "arch").requests())
        .isEqualTo(2000);
    FilePage files = json(FilePage.class, "cache", "ls", "arch", "*.db", "--output=json");
    assertThat(files.files())
        .extracting(FilePage.File::path)
        .containsExactly("core/os/x86_64/core.db");
    assertThat(json(RefreshResult.class, "mirror", "refresh", "arch", "-o", "json").generation())
        .isEqualTo(13);
    assertThat(larder.run("cache", "purge", "*.db", "-m", "arch", "-y", "-o", "json")).isZero();
    assertThat(larder.out()).contains("\"mirror\" : \"arch\"").contains("\"files\" : 1");
    assertThat(json(CleanupResult.class, "cache", "gc", "-n", "-o", "json").dryRun()).isTrue();
    assertThat(json(ScrubResult.class, "cache", "scrub", "arch", "-o", "json").files())
        .isEqualTo(5);
    assertThat(json(CacheInfo.class, "cache", "usage", "-o", "json").mirrors()).hasSize(2);
  }

  @Test
  void explain() {
    larder.onTerminal();
    String url = "http://192.0.2.7:8080/arch/core/os/x86_64/core.db";
    assertThat(larder.run("explain", url)).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            FACT        VALUE
            mirror      arch
            path        core/os/x86_64/core.db
            kind        index
            generation  12
            held        125123 bytes, checked
            answer      200 from what is held, generation 12
            """);
    assertThat(larder.run("explain", "-q", url)).isZero();
    assertThat(larder.out()).isEqualTo("200 from what is held, generation 12\n");
    assertThat(larder.run("explain", "/debian/x")).isEqualTo(3);
    assertThat(larder.err())
        .isEqualTo(
            "larder: no mirror or repository has a file at /debian/x; use a URL as a client asks it,"
                + " /MIRROR/PATH or /repo/NAME/PATH\n");
  }

  @Test
  void mirrorList() {
    larder.onTerminal();
    assertThat(larder.run("mirror", "list")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            NAME   FORMAT  STATE    PATH     ROOTS  UPSTREAMS
            arch   pacman  refused  /arch/       1  https://one.example https://two.example
            quiet  pacman  idle     /quiet/      0  https://three.example/archlinux
            """);
    assertThat(larder.run("mirror", "list", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("arch\nquiet\n");
  }

  @Test
  void mirrorShow() {
    larder.onTerminal();
    assertThat(larder.run("mirror", "show", "arch")).isZero();
    assertThat(larder.out())
        .startsWith("arch (pacman) answers at /arch/\n")
        .contains(
            """
            MIRROR  UPSTREAM             STATE        RETRIED
            arch    https://one.example  ok           -
            arch    https://two.example  backing off  in 1m
            """);
    assertThat(larder.run("mirror", "show", "arc/../h")).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(larder.run("mirror", "show", "arc")).isEqualTo(ExitCode.NOT_FOUND.number());
    assertThat(larder.err())
        .isEqualTo("larder: there is no mirror named arc; larder mirror list shows the mirrors\n");
  }

  @Test
  void mirrorRefreshTellsWhatItCameTo() {
    larder.onTerminal();
    assertThat(larder.run("mirror", "refresh", "arch")).isZero();
    assertThat(larder.out()).isEqualTo("arch: generation 13 is current now\n");
    larder.operations.outcome = new RefreshOutcome.Unchanged(12);
    assertThat(larder.run("mirror", "refresh", "arch", "--accept")).isZero();
    assertThat(larder.out()).isEqualTo("arch: up to date, generation 12\n");
    larder.operations.outcome = new RefreshOutcome.Nothing();
    assertThat(larder.run("mirror", "refresh", "arch")).isZero();
    assertThat(larder.out()).contains("nothing to refresh");
    larder.operations.outcome = new RefreshOutcome.Unreachable("connect timed out");
    assertThat(larder.run("mirror", "refresh", "arch")).isEqualTo(1);
    assertThat(larder.err()).contains("no upstream could be asked: connect timed out");
    assertThat(larder.operations.calls)
        .containsExactly(
            "refresh arch false", "refresh arch true", "refresh arch false", "refresh arch false");
  }

  @Test
  void aRefusedRefreshFailsVerificationInEveryFormat() {
    larder.operations.outcome = new RefreshOutcome.Refused("core.db is older");
    assertThat(larder.run("mirror", "refresh", "arch")).isEqualTo(8);
    assertThat(larder.out()).isEqualTo("arch\trefused\t\tcore.db is older\n");
    assertThat(larder.err())
        .isEqualTo(
            "larder: arch: upstream's index is refused: core.db is older; if it is right, take it"
                + " with: larder mirror refresh arch --accept\n");
    assertThat(larder.run("mirror", "refresh", "arch", "-o", "json")).isEqualTo(8);
    assertThat(larder.out()).contains("\"refused\"");
    assertThat(larder.run("mirror", "refresh", "arch", "-q")).isEqualTo(8);
    assertThat(larder.out()).isEmpty();
  }

  @Test
  void cacheLs() {
    larder.onTerminal();
    assertThat(larder.run("cache", "ls", "arch", "core/**")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            MIRROR  PATH                                                             SIZE  MODIFIED  CHECKED
            arch    core/os/x86_64/core.db                                      122.2 KiB  3h ago    yes
            arch    core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst      133.6 MiB  3h ago    yes
            arch    core/os/x86_64/linux-6.12.1.arch1-1-x86_64.pkg.tar.zst.sig      310 B  3h ago    no
            3 files, 133.8 MiB
            """);
    assertThat(larder.run("cache", "ls", "quiet")).isZero();
    assertThat(larder.out()).isEqualTo("no files\n");
    larder.piped();
    assertThat(larder.run("cache", "ls")).isZero();
    assertThat(larder.out().lines())
        .hasSize(5)
        .contains("arch\tcore/os/x86_64/core.db\t125123\t2026-11-20T09:00:00Z\tyes");
    assertThat(larder.run("cache", "ls", "-q", "arch", "*++*")).isZero();
    assertThat(larder.out()).isEqualTo("extra/os/x86_64/libsigc++-2.12.1-1-x86_64.pkg.tar.zst\n");
    assertThat(larder.run("cache", "ls", "none")).isEqualTo(3);
  }

  @Test
  void cachePurgeAsksAPersonAndTellsTheSum() {
    larder.onTerminal();
    larder.answers = "n\n";
    assertThat(larder.run("cache", "purge", "extra/**", "-m", "arch")).isEqualTo(1);
    assertThat(larder.err())
        .isEqualTo("Remove 2 files, 6.9 MiB? [y/N] larder: nothing was removed\n");
    larder.answers = "";
    assertThat(larder.run("cache", "purge", "extra/**", "-m", "arch")).isEqualTo(1);
    assertThat(larder.operations.calls).isEmpty();
    larder.answers = "yes\n";
    assertThat(larder.run("cache", "purge", "*.sig")).isZero();
    assertThat(larder.out())
        .isEqualTo("arch: removed 1 file, 310 B\nquiet: removed 0 files, 0 B\n");
    assertThat(larder.operations.calls).containsExactly("remove arch *.sig", "remove quiet *.sig");
  }

  @Test
  void cachePurgeDoesNotGuessWithoutATerminal() {
    assertThat(larder.run("cache", "purge", "**")).isEqualTo(2);
    assertThat(larder.err()).contains("add --yes");
    assertThat(larder.operations.calls).isEmpty();
    assertThat(larder.run("cache", "purge", "*.sig", "-m", "arch", "--yes")).isZero();
    assertThat(larder.out()).isEqualTo("arch\t*.sig\t1\t310\t0\n");
  }

  @Test
  void mirrorKeep() {
    larder.onTerminal();
    assertThat(larder.run("mirror", "keep", "arch")).isZero();
    assertThat(larder.out()).isEqualTo("nothing is kept\n");
    assertThat(larder.run("mirror", "keep", "arch", "core/os/x86_64")).isZero();
    assertThat(larder.out()).isEqualTo("kept: core/os/x86_64, 3 files, 133.8 MiB\n");
    assertThat(larder.run("mirror", "keep", "arch", "core/later")).isZero();
    assertThat(larder.out()).isEqualTo("kept: core/later, of which nothing is here yet\n");
    assertThat(larder.run("mirror", "keep", "arch")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            MIRROR  PATH            FILES       SIZE
            arch    core/later          0        0 B
            arch    core/os/x86_64      3  133.8 MiB
            """);
    assertThat(larder.run("mirror", "show", "arch")).isZero();
    assertThat(larder.out()).contains("MIRROR  KEPT\narch    core/later\narch    core/os/x86_64\n");
    assertThat(larder.run("cache", "purge", "**", "-m", "arch", "--yes")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            "arch: removed 2 files, 6.9 MiB; left 3 files that are kept, see larder mirror keep arch\n");
    assertThat(larder.run("mirror", "unkeep", "arch", "core/later")).isZero();
    assertThat(larder.out()).isEqualTo("no longer kept: core/later, of which nothing is here\n");
    assertThat(larder.run("mirror", "unkeep", "arch", "core/later")).isEqualTo(3);
    assertThat(larder.err())
        .startsWith("larder: core/later of mirror arch is not kept; larder mirror keep arch shows");
  }

  @Test
  void mirrorKeepForAProgram() {
    assertThat(larder.run("mirror", "keep", "arch", "core/os/x86_64")).isZero();
    assertThat(larder.out()).isEqualTo("arch\tcore/os/x86_64\t3\t140248889\n");
    assertThat(larder.run("mirror", "keep", "arch", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("core/os/x86_64\n");
    assertThat(larder.run("mirror", "show", "arch")).isZero();
    assertThat(larder.out()).endsWith("\nkept\tarch\tcore/os/x86_64\n");
    assertThat(json(KeptList.class, "mirror", "keep", "arch", "-o", "json").kept()).hasSize(1);
    assertThat(larder.run("mirror", "unkeep", "arch", "core/os/x86_64", "-q")).isZero();
    assertThat(larder.out()).isEmpty();
    assertThat(larder.run("mirror", "unkeep", "arch")).isEqualTo(2);
    assertThat(larder.run("mirror", "keep", "arch", "../x")).isEqualTo(2);
    assertThat(larder.run("mirror", "keep", "none", "x")).isEqualTo(3);
  }

  @Test
  void snippetPrefersAnAddressOthersCanReach() {
    assertThat(larder.run("snippet", "arch")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            """
            # /etc/pacman.d/mirrorlist, above all other lines; pacman falls back to those below it
            Server = http://192.0.2.7:8080/arch/$repo/os/$arch
            # do it:  sudo sed -i '1i Server = http://192.0.2.7:8080/arch/$repo/os/$arch' /etc/pacman.d/mirrorlist
            # undo:   sudo sed -i '\\|^Server = http://192.0.2.7:8080/arch/|d' /etc/pacman.d/mirrorlist
            """);
    assertThat(larder.run("snippet", "arch", "-q", "--url", "https://packages.example/")).isZero();
    assertThat(larder.out()).isEqualTo("Server = https://packages.example/arch/$repo/os/$arch\n");
    assertThat(larder.run("snippet", "arch", "--url", "http://localhost:8080")).isZero();
    assertThat(larder.out()).contains("# only this machine reaches http://localhost:8080");
    assertThat(larder.run("snippet", "arch", "--url", "packages.example")).isEqualTo(2);
    assertThat(larder.run("snippet", "debian")).isEqualTo(3);
  }

  @Test
  void snippetPrefersTheMirrorsOwnAddressUnlessOnlyThisMachineReachesIt() {
    larder.operations.own = Map.of("arch", List.of("http://192.0.2.8"));
    assertThat(larder.run("snippet", "arch", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("Server = http://192.0.2.8/$repo/os/$arch\n");
    larder.operations.own = Map.of("arch", List.of("http://[::1]:8082"));
    assertThat(larder.run("snippet", "arch", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("Server = http://192.0.2.7:8080/arch/$repo/os/$arch\n");
    larder.onTerminal();
    assertThat(larder.run("status")).isZero();
    assertThat(larder.out()).contains("\n  arch      http://[::1]:8082\n");
  }

  @Test
  void snippetKnowsClientsByNameAndShowsTheirVariantsAsComments() {
    larder.operations.formats = List.of("freebsd-pkg", "freebsd-update");
    assertThat(larder.run("snippet", "freebsd")).isZero();
    assertThat(larder.out())
        .startsWith(
            """
            # FreeBSD 15 and newer:
            # /usr/local/etc/pkg/repos/larder.conf, a new file;\
            """)
        .contains("\n  url: \"http://192.0.2.7:8080/${ABI}/quarterly\",\n")
        .contains("\n#\n# FreeBSD 14.3 and later ones of 14: alone and without the marks with")
        .contains("\n# FreeBSD-kmods: {\n#   url: ");
    assertThat(larder.out().lines().filter(line -> line.matches("[A-Za-z-]+: \\{")))
        .containsExactly("FreeBSD-ports: {", "FreeBSD-ports-kmods: {");
    assertThat(larder.run("snippet", "arch", "--variant", "older", "-q")).isZero();
    assertThat(larder.out())
        .startsWith("FreeBSD: {\n  url: \"http://192.0.2.7:8080/${ABI}/quarterly\",\n")
        .endsWith("\n}\n");
    assertThat(larder.run("snippet", "freebsd", "--variant", "13")).isEqualTo(2);
    assertThat(larder.err())
        .isEqualTo("larder: there is no variant 13; there is 15, base, 14, older\n");
    assertThat(larder.run("snippet", "freebsd", "-o", "json")).isZero();
    assertThat(larder.out())
        .contains("\"mirror\" : \"arch\"", "\"client\" : \"freebsd\"", "\"variant\" : \"base\"");
  }

  @Test
  void snippetForFreebsdUpdateLooksForAnAddressOnPort80() {
    larder.operations.formats = List.of("freebsd-pkg", "freebsd-update");
    assertThat(larder.run("snippet", "freebsd-update")).isZero();
    assertThat(larder.out())
        .contains("\nServerName 192.0.2.7\n")
        .contains("# freebsd-update asks port 80 of 192.0.2.7 and can be told no other");
    larder.operations.own = Map.of("quiet", List.of("http://192.0.2.8:8082", "http://192.0.2.9"));
    assertThat(larder.run("snippet", "freebsd-update")).isZero();
    assertThat(larder.out()).contains("\nServerName 192.0.2.9\n").doesNotContain("asks port 80");
    assertThat(larder.run("snippet", "quiet", "-q", "--url", "http://pantry.example")).isZero();
    assertThat(larder.out()).isEqualTo("ServerName pantry.example\n");
  }

  @Test
  void snippetDoesNotGuessWhichMirror() {
    assertThat(larder.run("snippet", "bastille")).isEqualTo(3);
    assertThat(larder.err())
        .isEqualTo(
            "larder: there is no mirror of format freebsd-releases, which bastille needs; add one"
                + " to larder.toml: [mirror.NAME], format = \"freebsd-releases\"\n");
    assertThat(larder.run("snippet", "pacman")).isEqualTo(2);
    assertThat(larder.err())
        .isEqualTo(
            "larder: there are several mirrors for pacman; choose one with --mirror: arch, quiet\n");
    assertThat(larder.run("snippet", "pacman", "--mirror", "quiet", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("Server = http://192.0.2.7:8080/quiet/$repo/os/$arch\n");
    assertThat(larder.run("snippet", "freebsd", "--mirror", "quiet")).isEqualTo(2);
    assertThat(larder.err())
        .isEqualTo(
            "larder: mirror quiet has format pacman, which freebsd cannot use; name a mirror of"
                + " format freebsd-pkg\n");
    assertThat(larder.run("snippet", "pacman", "--mirror", "none")).isEqualTo(3);
    assertThat(larder.run("snippet", "debian")).isEqualTo(3);
    assertThat(larder.err())
        .contains("there is no mirror, repository or client named debian")
        .contains("clients are pacman, freebsd, freebsd-update, bastille");
    // The second mirror of a format is found by its path alone.
    larder.operations.formats = List.of("freebsd-pkg", "freebsd-pkg");
    assertThat(larder.run("snippet", "quiet", "-q")).isZero();
    assertThat(larder.out()).contains("http://192.0.2.7:8080/quiet/${ABI}/quarterly");
  }

  @Test
  void versionWorksWithoutAServer() {
    larder.onTerminal();
    assertThat(larder.run("version")).isZero();
    assertThat(larder.out())
        .isEqualTo(
            "larder 1.2.4 (Java %s)\nserver 1.2.3 (Java 25.0.3) at SERVER\n"
                .formatted(Runtime.version()));
    larder.close();
    assertThat(larder.run("version")).isZero();
    assertThat(larder.out()).contains("server: cannot reach SERVER");
    assertThat(larder.run("version", "-q")).isZero();
    assertThat(larder.out()).isEqualTo("1.2.4\n");
    assertThat(larder.run("--version")).isZero();
    assertThat(larder.out()).isEqualTo("larder 1.2.4\n");
  }

  @Test
  void coloursFollowTheOptionThenTheEnvironmentThenTheTerminal() {
    record Case(boolean terminal, String variable, String value, String option, boolean coloured) {}
    List<Case> cases =
        List.of(
            new Case(true, "X", "", "auto", true),
            new Case(false, "X", "", "auto", false),
            new Case(true, "NO_COLOR", "1", "auto", false),
            new Case(true, "NO_COLOR", "", "auto", true),
            new Case(true, "NO_COLOR", "1", "always", true),
            new Case(true, "TERM", "dumb", "auto", false),
            new Case(false, "CLICOLOR_FORCE", "1", "auto", true),
            new Case(false, "CLICOLOR_FORCE", "0", "auto", false),
            new Case(true, "X", "", "never", false));
    for (Case c : cases) {
      larder.environment.clear();
      larder.environment.put(c.variable(), c.value());
      if (c.terminal()) {
        larder.onTerminal();
      } else {
        larder.piped();
      }
      assertThat(larder.run("status", "-o", "text", "--color", c.option())).isZero();
      assertThat(larder.out().contains("\u001b[31mrefused\u001b[0m"))
          .describedAs(c.toString())
          .isEqualTo(c.coloured());
    }
    assertThat(larder.run("status", "-o", "tsv", "--color=always")).isZero();
    assertThat(larder.out()).doesNotContain("\u001b");
  }

  @Test
  void whatComesFromElsewhereCannotMoveTheCursor() {
    larder.operations.fault =
        new RequestFailed(ErrorCode.CONFLICT, "evil \u001b[2Jtext\r\nsecond line", null);
    assertThat(larder.run("status")).isEqualTo(ExitCode.CONFLICT.number());
    assertThat(larder.err()).isEqualTo("larder: evil  [2Jtext  second line\n");
  }

  @Test
  void everyErrorOfTheApiHasAnExitCode() {
    List<Integer> numbers = Arrays.stream(ExitCode.values()).map(ExitCode::number).toList();
    assertThat(Arrays.stream(ErrorCode.values()).map(ErrorCode::exitCode)).isSubsetOf(numbers);
    for (ErrorCode code : ErrorCode.values()) {
      larder.operations.fault = new RequestFailed(code, "it failed", "do something");
      assertThat(larder.run("status")).describedAs(code.code()).isEqualTo(code.exitCode());
    }
  }

  @Test
  void agesAndSizesAreWrittenInTheLargestUnitThatFits() {
    Wording words = new Wording(true, true, () -> SampleOperations.NOW);
    assertThat(List.of(0L, 1023L, 1024L, 1_048_575L, 1_048_576L, Long.MAX_VALUE))
        .extracting(words::size)
        .containsExactly("0 B", "1023 B", "1.0 KiB", "1.0 MiB", "1.0 MiB", "8.0 EiB");
    assertThat(List.of(0L, 59L, 60L, 3599L, 3600L, 172_799L, 172_800L, -90L))
        .extracting(seconds -> words.instant(SampleOperations.NOW.minusSeconds(seconds)))
        .containsExactly(
            "0s ago", "59s ago", "1m ago", "59m ago", "1h ago", "47h ago", "2d ago", "in 1m");
  }
}

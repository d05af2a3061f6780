package dev.larder.cli;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.TypeConversionException;

/// The command line: builds its commands, runs one of them and gives back what to exit with. Never
/// ends the process itself.
public final class Cli {
  private static final int USAGE_WIDTH = 80;

  private final String version;
  private final Surroundings surroundings;
  private final ThisMachine machine;

  /// A command line.
  ///
  /// @param version Larder's version
  /// @param machine what is done without the API
  public Cli(String version, Surroundings surroundings, ThisMachine machine) {
    this.version = version;
    this.surroundings = surroundings;
    this.machine = machine;
  }

  /// Runs the command that `args` name.
  ///
  /// @return what to exit with: an [ExitCode#number()]
  public int run(String... args) {
    Options options = new Options(surroundings);
    Failures failures = new Failures(options, surroundings);
    try (Session session = new Session(options, surroundings, machine)) {
      CommandLine root = tree(options, session);
      root.setParameterExceptionHandler(failures::misused);
      root.setExecutionExceptionHandler(failures::failed);
      return root.execute(args);
    } finally {
      surroundings.out().flush();
      surroundings.err().flush();
    }
  }

  /// The usage of every command as Markdown, for the reference documentation.
  public String reference() {
    Options options = new Options(surroundings);
    try (Session session = new Session(options, surroundings, machine)) {
      return Reference.of(tree(options, session));
    }
  }

  private CommandLine tree(Options options, Session session) {
    CommandLine root = new CommandLine(options);
    machine.commands(options).forEach(root::addSubcommand);
    root.addSubcommand(new StatusCommand(session))
        .addSubcommand(new ReloadCommand(session))
        .addSubcommand(new ExplainCommand(session))
        .addSubcommand(MirrorCommand.tree(session))
        .addSubcommand(CacheCommand.tree(session))
        .addSubcommand(RepoCommand.tree(session))
        .addSubcommand(GenerationCommand.tree(session))
        .addSubcommand(KeyCommand.tree(session))
        .addSubcommand(new SnippetCommand(session))
        .addSubcommand(JobCommand.tree(session))
        .addSubcommand(new EventsCommand(session))
        .addSubcommand(TokenCommand.tree(session))
        .addSubcommand(new WhoAmICommand(session))
        .addSubcommand(new AuditCommand(session))
        .addSubcommand(new LoginCommand(session))
        .addSubcommand(new LogoutCommand(session))
        .addSubcommand(ContextCommand.tree(session))
        .addSubcommand(CompletionCommand.tree(session))
        .addSubcommand(new ManCommand(session, machine, version))
        .addSubcommand(new CompleteCommand(session))
        .addSubcommand(new VersionCommand(session, version))
        .addSubcommand(new HelpCommand());
    root.getCommandSpec().version("larder " + version);
    root.getCommandSpec()
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Show the version and exit.")
                .build());
    configure(root);
    root.registerConverter(Options.Format.class, text -> constant(Options.Format.values(), text));
    root.registerConverter(Paint.When.class, text -> constant(Paint.When.values(), text));
    boolean coloured =
        Paint.of(Paint.When.AUTO, surroundings.environment(), surroundings.terminal().out())
            .coloured();
    return root.setOut(surroundings.out())
        .setErr(surroundings.err())
        .setColorScheme(Help.defaultColorScheme(coloured ? Help.Ansi.ON : Help.Ansi.OFF));
  }

  /// What every command of the tree has in common.
  private static void configure(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    if (spec.findOption("--help") == null) {
      spec.addOption(
          OptionSpec.builder("-h", "--help")
              .usageHelp(true)
              .description("Show this help and exit.")
              .build());
    }
    spec.usageMessage()
        .width(USAGE_WIDTH)
        .abbreviateSynopsis(true)
        .sortOptions(false)
        .commandListHeading("%nCommands:%n")
        .optionListHeading(spec.parent() == null ? "%nOptions of every command:%n" : "%nOptions:%n")
        .parameterListHeading("%nArguments:%n");
    command.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, Cli::ownOptions);
    command.getSubcommands().values().forEach(Cli::configure);
  }

  private static <E extends Enum<E>> E constant(E[] constants, String text) {
    for (E constant : constants) {
      if (constant.toString().equals(text)) {
        return constant;
      }
    }
    throw new TypeConversionException(
        "'%s' is none of %s"
            .formatted(
                text,
                Arrays.stream(constants).map(Enum::toString).collect(Collectors.joining(", "))));
  }

  /// The options every command takes are shown once, by `larder --help`.
  private static String ownOptions(Help help) {
    List<OptionSpec> own =
        help.commandSpec().options().stream()
            .filter(option -> !option.inherited() && !option.hidden())
            .toList();
    Help.Layout layout = help.createDefaultLayout(own, List.of(), help.colorScheme());
    layout.addAllOptions(own, help.parameterLabelRenderer());
    return layout.toString();
  }
}

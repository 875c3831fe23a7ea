using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust.Enrolment;

/// <summary>
/// The verb <c>trust</c> of rig-node and rig-ingest: makes the rig's authority, enrols machines, revokes and renews. Exit code 0: done;
/// 1: not done, and why. docs/guide/enrolment.md.
/// </summary>
public static class TrustCommand
{
    public static Command Create(Func<TrustProgram> program)
    {
        var command = new Command("trust", "Who belongs to this rig: its authority, its machines and their certificates.");
        foreach (var verb in new[] { Init(program), Invite(program), Join(program), Request(program), Sign(program), Accept(program), List(program), Revoke(program), Renew(program), Show(program) })
        {
            command.Add(verb);
        }

        return command;
    }

    private static Command Init(Func<TrustProgram> program)
    {
        var name = new Argument<string?>("name") { Description = "This machine's name: a camera id or, for a home server, a name such as home.", Arity = ArgumentArity.ZeroOrOne };
        var also = Also();
        return Verb("init", "Makes the rig's authority, here and once. Every other machine joins.", [name, also], program, (parsed, said, its) =>
        {
            var self = parsed.GetValue(name) is { } text ? Named(text, its.Role) : its.Self;
            new Issuing(its.Folder, TimeProvider.System).Begin(self, Names(parsed, also));
            said.WriteLine($"The rig has an authority, and this machine is its {self}. Restart {its.Program.Name}.");
            said.WriteLine($"Fingerprint of the authority (SHA-256): {Fingerprint(its.Folder)}");
            said.WriteLine($"Keep a copy of {its.Folder.AuthorityKeyFile} off this machine, where nobody finds it.");
            return Task.CompletedTask;
        });
    }

    private static Command Invite(Func<TrustProgram> program)
    {
        var name = new Argument<string>("name") { Description = "Who will join: a camera id such as CAM_L, or a home server's name such as home." };
        var port = new Option<int>("--port") { Description = "Where this machine listens meanwhile.", DefaultValueFactory = _ => Invitation.DefaultPort };
        var minutes = new Option<int>("--minutes") { Description = "How long the code counts.", DefaultValueFactory = _ => 10 };
        return Verb("invite", "Lets one machine join by a code, over the network. Runs until it has.", [name, port, minutes], program, async (parsed, said, its, stop) =>
        {
            var identity = Named(parsed.GetValue(name)!, role: null);
            await using var invitation = await Invitation.OpenAsync(
                its.Folder, identity, parsed.GetValue(port), its.Program.Trust.MachinePort, TimeSpan.FromMinutes(Math.Clamp(parsed.GetValue(minutes), 1, 60)), TimeProvider.System, stop);
            var joins = identity.Role == MachineRole.Node ? "rig-node" : "rig-ingest";
            said.WriteLine($"On {identity}, within {Math.Clamp(parsed.GetValue(minutes), 1, 60)} minutes ('ADDRESS' is this machine's):");
            said.WriteLine($"  {joins} trust join ADDRESS{(invitation.Port == Invitation.DefaultPort ? "" : $":{invitation.Port}")} {invitation.Code}");
            await said.FlushAsync(stop);
            switch (await invitation.Ended.WaitAsync(stop))
            {
                case InvitationEnd.Joined:
                    said.WriteLine($"{identity} belongs to the rig now.");
                    break;
                case InvitationEnd.Guessed:
                    throw new InvalidDataException("Wrong codes came from the network, so this one counts no more. Make a new invitation; if it happens again, somebody else is in the network.");
                default:
                    throw new InvalidDataException("Nobody joined in time. The code counts no more.");
            }
        });
    }

    private static Command Join(Func<TrustProgram> program)
    {
        var address = new Argument<string>("address") { Description = "Of the machine where 'trust invite' runs." };
        var code = new Argument<string[]>("code") { Description = "As it shows it.", Arity = ArgumentArity.OneOrMore };
        var also = Also();
        return Verb("join", "Enrols this machine by a code.", [address, code, also], program, async (parsed, said, its, stop) =>
        {
            if (!InviteCode.TryParse(string.Concat(parsed.GetValue(code)!), out var parsedCode))
            {
                throw new InvalidDataException("That is no code: it has 40 letters and digits, in groups of five.");
            }

            var self = await Joining.JoinAsync(its.Folder, parsed.GetValue(address)!, parsedCode, Names(parsed, also), stop);
            Welcome(said, its, self);
        });
    }

    private static Command Request(Func<TrustProgram> program)
    {
        var file = new Argument<string>("file") { Description = "Where the request is written." };
        var also = Also();
        return Verb("request", "Enrolment by files, 1 of 3: writes this machine's request.", [file, also], program, (parsed, said, its) =>
        {
            var (key, request) = MachineKey.Request(Names(parsed, also));
            its.Folder.KeepRequestKey(key);
            File.WriteAllText(parsed.GetValue(file)!, request + "\n");
            said.WriteLine($"Bring {parsed.GetValue(file)} to the authority's machine: 'trust sign'.");
            return Task.CompletedTask;
        });
    }

    private static Command Sign(Func<TrustProgram> program)
    {
        var (request, name, reply) = (new Argument<string>("request"), new Argument<string>("name") { Description = "Who the machine will be." }, new Argument<string>("reply") { Description = "Where the reply is written." });
        var url = new Option<string?>("--url") { Description = "Root of this machine's machine port, such as https://192.168.1.102:8443, where certificates are renewed." };
        return Verb("sign", "Enrolment by files, 2 of 3: answers a request, on the authority's machine.", [request, name, reply, url], program, (parsed, said, its) =>
        {
            EnrolmentFiles.Sign(its.Folder, Named(parsed.GetValue(name)!, role: null), parsed.GetValue(request)!, parsed.GetValue(reply)!, parsed.GetValue(url), TimeProvider.System);
            said.WriteLine($"Bring {parsed.GetValue(reply)} back: 'trust accept'. Fingerprint of the authority: {Fingerprint(its.Folder)}");
            return Task.CompletedTask;
        });
    }

    private static Command Accept(Func<TrustProgram> program)
    {
        var reply = new Argument<string>("reply");
        return Verb("accept", "Enrolment by files, 3 of 3: takes the reply.", [reply], program, (parsed, said, its) =>
        {
            Welcome(said, its, EnrolmentFiles.Accept(its.Folder, parsed.GetValue(reply)!));
            said.WriteLine($"Fingerprint of the authority: {Fingerprint(its.Folder)}. Compare it with what 'trust sign' showed.");
            return Task.CompletedTask;
        });
    }

    private static Command List(Func<TrustProgram> program) => Verb("list", "The certificates that were given, on the authority's machine.", [], program, (_, said, its) =>
    {
        using var authority = its.Folder.OpenAuthority(TimeProvider.System);
        var revoked = its.Folder.ReadRevoked(authority.Certificate)?.Serials ?? [];
        foreach (var issued in its.Folder.ReadIssued())
        {
            said.WriteLine(FormattableString.Invariant($"{issued.Name,-12} {issued.IssuedAt:yyyy-MM-dd} to {issued.EndsAt:yyyy-MM-dd}  {(revoked.Contains(issued.Serial) ? "revoked" : "in force")}  {issued.Serial}"));
        }

        return Task.CompletedTask;
    });

    private static Command Revoke(Func<TrustProgram> program)
    {
        var name = new Argument<string>("name");
        return Verb("revoke", "Shuts a machine out, on the authority's machine: one that was stolen, sold or lent.", [name], program, (parsed, said, its) =>
        {
            var count = new Issuing(its.Folder, TimeProvider.System).Revoke(parsed.GetValue(name)!);
            said.WriteLine(count == 0 ? "It was shut out already." : $"{parsed.GetValue(name)} is shut out here now, and elsewhere within a minute after a machine meets one that knows.");
            return Task.CompletedTask;
        });
    }

    private static Command Renew(Func<TrustProgram> program) => Verb("renew", "A new key and certificate for this machine. The running program does it by itself in time.", [], program, async (_, said, its, stop) =>
    {
        var trust = new RigTrust(Options.Create(its.Program.Trust), TimeProvider.System, NullLogger<RigTrust>.Instance);
        if (!trust.IsEnrolled)
        {
            throw new InvalidDataException("This machine is not enrolled.");
        }

        using var http = TrustKeeper.Client(trust);
        if (await TrustKeeper.RenewAsync(trust, http, TimeProvider.System, stop) is { } why)
        {
            throw new InvalidDataException(why);
        }

        said.WriteLine("This machine has a new certificate.");
    });

    private static Command Show(Func<TrustProgram> program) => Verb("show", "Who this machine is, and the authority's fingerprint.", [], program, (_, said, its) =>
    {
        if (!its.Folder.IsEnrolled)
        {
            throw new InvalidDataException("This machine is not enrolled.");
        }

        using var machine = its.Folder.ReadMachine();
        said.WriteLine(FormattableString.Invariant($"{MachineIdentity.Of(machine)}, until {machine.NotAfter.ToUniversalTime():yyyy-MM-dd}"));
        said.WriteLine($"Fingerprint of the authority (SHA-256): {Fingerprint(its.Folder)}");
        return Task.CompletedTask;
    });

    private static void Welcome(TextWriter said, Its its, MachineIdentity self)
    {
        said.WriteLine($"This machine is {self} of the rig now. Restart {its.Program.Name}.");
        if (self.Role != its.Role)
        {
            said.WriteLine($"{its.Program.Name} cannot run as {self}. Was the invitation for another machine?");
        }
    }

    private static MachineIdentity Named(string text, MachineRole? role) =>
        MachineIdentity.TryParse(text, out var identity) && (role is null || identity.Role == role) ? identity
        : throw new InvalidDataException($"'{text}' is no name. Cameras have ids such as CAM_L, home servers names such as home: small letters, digits and hyphens.");

    private static string Fingerprint(TrustFolder folder)
    {
        using var authority = folder.ReadAuthority();
        return RigAuthority.FingerprintOf(authority);
    }

    private static Option<string[]> Also() => new("--also") { Description = "More names or addresses by which browsers reach this machine.", AllowMultipleArgumentsPerToken = true };

    private static IEnumerable<string> Names(ParseResult parsed, Option<string[]> also) => MachineKey.OwnNames().Concat(parsed.GetValue(also) ?? []);

    private static Command Verb(string name, string description, IEnumerable<Symbol> symbols, Func<TrustProgram> program, Func<ParseResult, TextWriter, Its, Task> run) =>
        Verb(name, description, symbols, program, (parsed, said, its, _) => run(parsed, said, its));

    private static Command Verb(string name, string description, IEnumerable<Symbol> symbols, Func<TrustProgram> program, Func<ParseResult, TextWriter, Its, CancellationToken, Task> run)
    {
        var verb = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                verb.Add(argument);
            }
            else
            {
                verb.Add((Option)symbol);
            }
        }

        verb.SetAction(async (parsed, stop) =>
        {
            try
            {
                var its = program();
                await run(parsed, parsed.InvocationConfiguration.Output, new Its(its, new TrustFolder(its.Trust.Directory)), stop);
                return 0;
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(e.Message);
                return 1;
            }
        });
        return verb;
    }

    private sealed record Its(TrustProgram Program, TrustFolder Folder)
    {
        public MachineRole Role => Program.Role;

        public MachineIdentity Self => Program.Self;
    }
}

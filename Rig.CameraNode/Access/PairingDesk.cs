using System.Net;
using Rig.Hosting.Http;

namespace Rig.CameraNode.Access;

/// <summary>What became of an attempt to pair.</summary>
internal abstract record PairingAnswer
{
    /// <param name="Token">For the device to keep.</param>
    public sealed record Paired(PairedDevice Device, DeviceToken Token) : PairingAnswer;

    public sealed record WrongPin : PairingAnswer;

    public sealed record Full : PairingAnswer;

    /// <param name="Rest">How long no attempt from there counts.</param>
    public sealed record TooMany(TimeSpan Rest) : PairingAnswer;
}

/// <summary>Takes PINs and gives tokens.</summary>
internal sealed class PairingDesk(PairingFile file, TimeProvider time)
{
    private readonly Lock gate = new();
    private PairingAttempts attempts = PairingAttempts.None;

    /// <exception cref="IOException">The device could not be kept; it is not paired.</exception>
    public PairingAnswer Pair(IPAddress? from, string? pin, string? name)
    {
        var network = ClientPartition.NetworkOf(from);
        var now = time.GetUtcNow();

        // One after the other: a thousand guesses at once are still a thousand.
        lock (gate)
        {
            if (attempts.Wait(network, now) is var rest && rest > TimeSpan.Zero)
            {
                return new PairingAnswer.TooMany(rest);
            }

            if (!PairingPin.Matches(file.Current.Pin, pin))
            {
                attempts = attempts.Wrong(network, now);
                return new PairingAnswer.WrongPin();
            }

            attempts = attempts.Right(network);
            return Add(pin, name, now);
        }
    }

    private PairingAnswer Add(string? pin, string? name, DateTimeOffset now)
    {
        var token = DeviceToken.New();
        PairingAnswer answer = new PairingAnswer.WrongPin();
        file.Change(pairing =>
        {
            // Looked at again under the file's lock: the PIN may have been changed on the box in between.
            if (!PairingPin.Matches(pairing.Pin, pin) || pairing.IsFull)
            {
                answer = pairing.IsFull ? new PairingAnswer.Full() : new PairingAnswer.WrongPin();
                return pairing;
            }

            var device = PairedDevice.New(token, name, pairing.NextRole, now);
            answer = new PairingAnswer.Paired(device, token);
            return pairing.Add(device, PairingPin.New());
        });
        return answer;
    }
}

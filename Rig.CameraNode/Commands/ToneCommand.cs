using System.CommandLine;
using Rig.Actors.Recording;
using Rig.CameraNode.Audio;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node tone</c>: lets a person hear whether the speaker works, and what a signal means.</summary>
internal static class ToneCommand
{
    internal static Command Create()
    {
        var signal = new Argument<Signal>("signal") { Description = $"One of {string.Join(", ", Enum.GetNames<Signal>())}." };
        var device = new Option<string>("--device") { Description = "ALSA's name of the sound device.", DefaultValueFactory = _ => new AudioOptions().Device };
        var volume = new Option<int>("--volume") { Description = "Percent of full scale.", DefaultValueFactory = _ => new AudioOptions().VolumePercent };
        var command = new Command("tone", "Plays one of the node's signals on this machine's speaker.") { signal, device, volume };
        command.SetAction(parsed =>
        {
            try
            {
                using var pcm = AlsaPcm.Open(parsed.GetValue(device)!);
                pcm.Play(Tones.Synthesise(Tones.Of(parsed.GetValue(signal)), Math.Clamp(parsed.GetValue(volume), 0, 100)));
                return 0;
            }
            catch (DllNotFoundException)
            {
                Console.Error.WriteLine("The ALSA library is missing. Install the package libasound2.");
            }
            catch (IOException e)
            {
                Console.Error.WriteLine(e.Message);
            }

            return 1;
        });
        return command;
    }
}

"""The GAN: two networks, the games they play, and their training."""

from gansampler.gan.losses import GAMES
from gansampler.gan.model import GAN
from gansampler.gan.settings import TrainingSettings
from gansampler.gan.training import train_gan

__all__ = ["GAMES", "GAN", "TrainingSettings", "train_gan"]

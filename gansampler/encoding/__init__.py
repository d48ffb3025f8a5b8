"""How single columns become what a GAN learns, and what columns say of each other."""
